//! The macro that makes everything about a key from its one declaration.

/// Declares the keys of the configuration, table by table, in the order in which they are shown.
///
/// A declaration gives, in this order: what the key decides, in one sentence for people, as its
/// doc comment; its name in the table; the type of its value; its default; and its environment
/// variable, where that does not [follow](super::Key::variable) from the name.
///
/// It makes [`Config`](super::Config), which has each key's [`Setting`](super::setting::Setting)
/// under the key's own name (`config.index.jobs`), and [`Key::ALL`](super::Key::ALL). Reading of
/// files and of the environment, errors, listing and documentation go over these.
macro_rules! declare_keys {
    ($(
        $table:ident {
            $(
                $(#[doc = $meaning:literal])+
                $name:ident: $type:ty = $default:expr $(, set_by $variable:literal)?;
            )+
        }
    )+) => {
        /// The effective configuration of one repository.
        #[derive(Clone, Debug, Default)]
        pub struct Config {
            $(pub(super) $table: $table::Table,)+
        }

        impl Key {
            /// Every key, in the order in which they are shown.
            pub const ALL: &[Self] = &[$($(
                declare_keys!(@key $table $name $type [$($meaning)+] $($variable)?),
            )+)+];
        }

        impl Config {
            /// Every setting, in the order of [`Key::ALL`].
            pub(super) fn settings(&self) -> Vec<&dyn AnySetting> {
                vec![$($(&self.$table.$name,)+)+]
            }

            /// Every setting, to be changed, in the order of [`Key::ALL`].
            pub(super) fn settings_mut(&mut self) -> Vec<&mut dyn AnySetting> {
                vec![$($(&mut self.$table.$name,)+)+]
            }
        }

        $(
            mod $table {
                use super::*;

                /// The settings of one table.
                #[derive(Clone, Debug)]
                pub(in crate::config) struct Table {
                    $(
                        $(#[doc = $meaning])+
                        pub(in crate::config) $name: Setting<$type>,
                    )+
                }

                impl Default for Table {
                    /// The defaults of every key.
                    fn default() -> Self {
                        Self {
                            $($name: Setting::default_of(
                                declare_keys!(@key $table $name $type [$($meaning)+] $($variable)?),
                                $default,
                            ),)+
                        }
                    }
                }
            }
        )+
    };
    (@key $table:ident $name:ident $type:ty [$($meaning:literal)+] $($variable:literal)?) => {
        {
            const DECLARATION: &Declaration = &Declaration::new(
                concat!(stringify!($table), ".", stringify!($name)),
                <$type as FromRaw>::EXPECTED,
                concat!($($meaning),+),
            )
            $(.set_by($variable))?;
            Key(DECLARATION)
        }
    };
}
pub(super) use declare_keys;
