//! The parser, and the names that its grammar gives to nodes and fields.

use std::{cell::RefCell, num::NonZeroU16, sync::OnceLock};

use tree_sitter::{Language, Node, Parser, Tree};

/// A field of a node, by its number in the grammar.
pub(super) type FieldId = NonZeroU16;

/// Declares the kinds of nodes that matter, with their names in the grammar.
macro_rules! kinds {
    ($($kind:ident = $name:literal,)+) => {
        /// What a node is, as far as it matters.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(super) enum Kind {
            $(#[doc = concat!("`", $name, "`")] $kind,)+
            /// Something that was not understood.
            Error,
            /// Anything else.
            Other,
        }

        fn kind_of_name(name: &str) -> Kind {
            match name { $($name => Kind::$kind,)+ _ => Kind::Other }
        }
    };
}

kinds! {
    ArgumentList = "argument_list",
    ArrayDeclarator = "array_declarator",
    Attribute = "attribute_specifier",
    AttributeDeclaration = "attribute_declaration",
    AttributedDeclarator = "attributed_declarator",
    BitfieldClause = "bitfield_clause",
    CallExpression = "call_expression",
    CharLiteral = "char_literal",
    CompoundStatement = "compound_statement",
    Declaration = "declaration",
    Declspec = "ms_declspec_modifier",
    EnumSpecifier = "enum_specifier",
    Enumerator = "enumerator",
    ExpressionStatement = "expression_statement",
    FieldDeclaration = "field_declaration",
    FieldExpression = "field_expression",
    FieldIdentifier = "field_identifier",
    ForStatement = "for_statement",
    FunctionDeclarator = "function_declarator",
    FunctionDefinition = "function_definition",
    Identifier = "identifier",
    InitDeclarator = "init_declarator",
    MacroType = "macro_type_specifier",
    OpenBrace = "{",
    CloseBrace = "}",
    ParameterDeclaration = "parameter_declaration",
    ParameterList = "parameter_list",
    ParenthesizedDeclarator = "parenthesized_declarator",
    ParenthesizedExpression = "parenthesized_expression",
    PointerDeclarator = "pointer_declarator",
    PointerExpression = "pointer_expression",
    PrimitiveType = "primitive_type",
    ReturnStatement = "return_statement",
    SizedType = "sized_type_specifier",
    StorageClass = "storage_class_specifier",
    StringLiteral = "string_literal",
    StructSpecifier = "struct_specifier",
    Subscript = "subscript_expression",
    TypeDefinition = "type_definition",
    TypeDescriptor = "type_descriptor",
    TypeIdentifier = "type_identifier",
    TypeQualifier = "type_qualifier",
    UnionSpecifier = "union_specifier",
    VariadicParameter = "variadic_parameter",
}

/// The grammar: its language, and kinds and fields by number.
pub(super) struct Grammar {
    language: Language,
    kinds: Vec<Kind>,
    pub(super) argument: FieldId,
    pub(super) arguments: FieldId,
    pub(super) body: FieldId,
    pub(super) declarator: FieldId,
    pub(super) field: FieldId,
    pub(super) function: FieldId,
    pub(super) label: FieldId,
    pub(super) name: FieldId,
    pub(super) parameters: FieldId,
    pub(super) symbol: FieldId,
    pub(super) type_: FieldId,
}

impl Grammar {
    /// The one grammar there is.
    pub(super) fn get() -> &'static Self {
        static GRAMMAR: OnceLock<Grammar> = OnceLock::new();
        GRAMMAR.get_or_init(|| {
            let language = Language::new(tree_sitter_c::LANGUAGE);
            let numbers = 0..u16::try_from(language.node_kind_count()).unwrap_or(u16::MAX);
            let kinds = numbers.map(|number| language.node_kind_for_id(number).map_or(Kind::Other, kind_of_name)).collect();
            let field = |name| language.field_id_for_name(name).expect("the pinned grammar has this field");
            Self {
                kinds,
                argument: field("argument"),
                arguments: field("arguments"),
                body: field("body"),
                declarator: field("declarator"),
                field: field("field"),
                function: field("function"),
                label: field("label"),
                name: field("name"),
                parameters: field("parameters"),
                symbol: field("symbol"),
                type_: field("type"),
                language,
            }
        })
    }

    /// What a node is.
    pub(super) fn kind(&self, node: Node<'_>) -> Kind {
        // The number of errors is beyond the table.
        self.kinds.get(usize::from(node.kind_id())).copied().unwrap_or(Kind::Error)
    }
}

/// Parses a text; `None` when the parser gives up.
pub(super) fn parse(text: &str) -> Option<Tree> {
    thread_local! {
        static PARSER: RefCell<Parser> = {
            let mut parser = Parser::new();
            parser.set_language(&Grammar::get().language).expect("the pinned grammar is one that the pinned parser reads");
            RefCell::new(parser)
        };
    }
    PARSER.with_borrow_mut(|parser| {
        parser.reset();
        parser.parse(text, None)
    })
}
