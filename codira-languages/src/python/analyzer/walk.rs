//! The one walk over a file's syntax tree: its state, and the statements.

use codira_contracts::{BodyFacts, Documentation, FileAnalysis, Import, ImportCondition};
use ruff_python_ast::{ElifElseClause, ExceptHandler, Expr, MatchCase, Stmt};

use super::{
    docstring,
    exports::Exports,
    imports::OriginalNames,
    lines::Lines,
    module::Module,
    scope::{Binding, ScopeId, Scopes},
    signature::Source,
    symbols::{SymbolRef, Symbols},
    uses::PendingUse,
    values::Member,
};

/// What kind of body the walk is in: it decides what an assignment defines.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum BodyKind<'s> {
    /// A value of the module.
    Module,
    /// A value of a class.
    Class {
        /// Whether the class is an enumeration.
        is_enum: bool,
    },
    /// Nothing; but for the fields that a method gives to its receiver.
    Function {
        /// The name of the receiver, in the body of a method.
        receiver: Option<&'s str>,
    },
}

/// The position of the walk.
#[derive(Clone, Copy)]
pub(super) struct Position<'s> {
    /// The innermost symbol.
    pub(super) owner: SymbolRef,
    /// The innermost scope.
    pub(super) scope: ScopeId,
    pub(super) body_kind: BodyKind<'s>,
    pub(super) condition: ImportCondition,
    /// Whether strings are annotations.
    pub(super) in_annotation: bool,
}

/// The walk over one file. Names are slices of its text, so that trees parsed on the way need not
/// outlive their use.
pub(super) struct Walk<'s> {
    pub(super) source: Source<'s>,
    pub(super) lines: Lines,
    pub(super) module: Module,
    pub(super) at: Position<'s>,
    pub(super) scopes: Scopes<'s>,
    pub(super) symbols: Symbols,
    pub(super) exports: Exports<'s>,
    pub(super) originals: OriginalNames<'s>,
    /// The names of the enumerations defined so far.
    pub(super) enums: Vec<&'s str>,
    /// The fields that methods of the enclosing class gave to their receiver so far.
    pub(super) members: Vec<Member<'s>>,
    /// What the enclosing function does.
    pub(super) body: BodyFacts,
    pub(super) imports: Vec<Import>,
    pub(super) uses: Vec<PendingUse<'s>>,
    pub(super) documentation: Vec<Documentation>,
}

impl<'s> Walk<'s> {
    /// A walk that has not begun.
    pub(super) fn new(text: &'s str, module: Module) -> Self {
        let lines = Lines::new(text);
        let symbols = Symbols::new(&module, lines.count());
        Self {
            source: Source(text),
            lines,
            module,
            at: Position {
                owner: Symbols::MODULE,
                scope: Scopes::MODULE,
                body_kind: BodyKind::Module,
                condition: ImportCondition::Always,
                in_annotation: false,
            },
            scopes: Scopes::new(),
            symbols,
            exports: Exports::default(),
            originals: OriginalNames::default(),
            enums: Vec::new(),
            members: Vec::new(),
            body: BodyFacts::default(),
            imports: Vec::new(),
            uses: Vec::new(),
            documentation: Vec::new(),
        }
    }

    /// Walks the statements of the file. Returns what was found.
    pub(super) fn file(mut self, statements: &[Stmt], analysis: &mut FileAnalysis) {
        self.docstring(statements, Symbols::MODULE);
        self.statements(statements);
        analysis.uses = self.judge_uses();
        analysis.symbols = self.symbols.finish(&self.exports, &mut self.imports);
        analysis.imports = self.imports;
        analysis.documentation = self.documentation;
    }

    /// Runs a closure at another position, and comes back.
    pub(super) fn moved<T>(&mut self, to: Position<'s>, work: impl FnOnce(&mut Self) -> T) -> T {
        let from = std::mem::replace(&mut self.at, to);
        let result = work(self);
        self.at = from;
        result
    }

    /// Binds a name in the innermost scope.
    pub(super) fn bind(&mut self, name: &'s str, binding: Binding) {
        if !name.is_empty() {
            self.scopes.bind(self.at.scope, name, binding);
        }
    }

    pub(super) fn statements(&mut self, statements: &[Stmt]) {
        for (number, statement) in statements.iter().enumerate() {
            let (symbols, members) = (self.symbols.len(), self.members.len());
            self.statement(statement);
            let assigns = matches!(statement, Stmt::Assign(_) | Stmt::AnnAssign(_) | Stmt::TypeAlias(_));
            if assigns && let Some(literal) = statements.get(number + 1).and_then(docstring::string_statement) {
                let text = docstring::clean(literal.value.to_str());
                self.symbols.since(symbols).iter_mut().for_each(|symbol| symbol.documentation.clone_from(&text));
                self.members[members..].iter_mut().for_each(|member| member.documentation.clone_from(&text));
            }
        }
    }

    fn statement(&mut self, statement: &Stmt) {
        match statement {
            Stmt::FunctionDef(function) => self.function(function),
            Stmt::ClassDef(class) => self.class(class),
            Stmt::Assign(assignment) => self.assign(assignment),
            Stmt::AnnAssign(assignment) => self.annotated_assign(assignment),
            Stmt::AugAssign(assignment) => {
                if self.at.body_kind == BodyKind::Module {
                    self.exports.augment(assignment, self.source.0);
                }
                self.expression(&assignment.value);
                self.expression(&assignment.target);
            }
            Stmt::TypeAlias(alias) => self.type_alias(alias),
            Stmt::Import(import) => self.import(import),
            Stmt::ImportFrom(import) => self.import_from(import),
            Stmt::Global(names) => self.declare(&names.names, Binding::Global),
            Stmt::Nonlocal(names) => self.declare(&names.names, Binding::Nonlocal),
            Stmt::Return(statement) => {
                if let Some(value) = &statement.value {
                    self.body.returns_value |= !value.is_none_literal_expr();
                    self.expression(value);
                }
            }
            Stmt::Raise(statement) => {
                self.body.raises = true;
                self.optional_expression(statement.exc.as_deref());
                self.optional_expression(statement.cause.as_deref());
            }
            Stmt::Assert(statement) => {
                self.body.asserts = true;
                self.expression(&statement.test);
                self.optional_expression(statement.msg.as_deref());
            }
            Stmt::Expr(statement) => self.expression(&statement.value),
            Stmt::Delete(statement) => statement.targets.iter().for_each(|target| self.expression(target)),
            Stmt::For(_) | Stmt::While(_) | Stmt::If(_) | Stmt::With(_) | Stmt::Match(_) | Stmt::Try(_) => {
                self.compound(statement);
            }
            Stmt::Pass(_) | Stmt::Break(_) | Stmt::Continue(_) | Stmt::IpyEscapeCommand(_) => {}
        }
    }

    /// Statements that hold statements without a scope of their own.
    fn compound(&mut self, statement: &Stmt) {
        match statement {
            Stmt::If(statement) => {
                self.expression(&statement.test);
                let otherwise = self.branch(&statement.test, &statement.body, ImportCondition::Conditional);
                let mut condition = otherwise;
                for ElifElseClause { test, body, .. } in &statement.elif_else_clauses {
                    match test {
                        Some(test) => {
                            self.expression(test);
                            condition = self.branch(test, body, condition);
                        }
                        None => self.conditional(body, condition),
                    }
                }
            }
            Stmt::Try(statement) => {
                self.conditional(&statement.body, ImportCondition::Conditional);
                for ExceptHandler::ExceptHandler(handler) in &statement.handlers {
                    self.optional_expression(handler.type_.as_deref());
                    if let Some(name) = &handler.name {
                        self.bind(self.source.slice(name.range), Binding::Value);
                    }
                    self.conditional(&handler.body, ImportCondition::Conditional);
                }
                self.conditional(&statement.orelse, ImportCondition::Conditional);
                self.conditional(&statement.finalbody, ImportCondition::Conditional);
            }
            Stmt::For(statement) => {
                self.expression(&statement.iter);
                self.expression(&statement.target);
                self.conditional(&statement.body, ImportCondition::Conditional);
                self.conditional(&statement.orelse, ImportCondition::Conditional);
            }
            Stmt::While(statement) => {
                self.expression(&statement.test);
                self.conditional(&statement.body, ImportCondition::Conditional);
                self.conditional(&statement.orelse, ImportCondition::Conditional);
            }
            Stmt::With(statement) => {
                let mut condition = self.at.condition;
                for item in &statement.items {
                    if let Expr::Call(call) = &item.context_expr
                        && self.original_name(&call.func) == Some("suppress")
                    {
                        condition = ImportCondition::Conditional;
                    }
                    self.expression(&item.context_expr);
                    self.optional_expression(item.optional_vars.as_deref());
                }
                self.conditional(&statement.body, condition);
            }
            Stmt::Match(statement) => {
                self.expression(&statement.subject);
                for MatchCase { pattern, guard, body, .. } in &statement.cases {
                    self.pattern(pattern);
                    self.optional_expression(guard.as_deref());
                    self.conditional(body, ImportCondition::Conditional);
                }
            }
            _ => {}
        }
    }

    /// Walks the branch that is taken if `test` holds. Returns the condition of the other branch.
    fn branch(&mut self, test: &Expr, body: &[Stmt], outer: ImportCondition) -> ImportCondition {
        let (condition, otherwise) = match test {
            Expr::UnaryOp(not) if not.op == ruff_python_ast::UnaryOp::Not && self.is_type_checking(&not.operand) => {
                (outer, ImportCondition::TypeChecking)
            }
            test if self.is_type_checking(test) => (ImportCondition::TypeChecking, outer),
            _ => (outer, outer),
        };
        self.conditional(body, condition);
        otherwise
    }

    fn is_type_checking(&self, test: &Expr) -> bool {
        self.original_name(test) == Some("TYPE_CHECKING")
    }

    fn conditional(&mut self, body: &[Stmt], condition: ImportCondition) {
        let outer = self.at.condition;
        if outer != ImportCondition::TypeChecking {
            self.at.condition = condition;
        }
        self.statements(body);
        self.at.condition = outer;
    }

    fn declare(&mut self, names: &[ruff_python_ast::Identifier], binding: Binding) {
        if matches!(self.at.body_kind, BodyKind::Function { .. }) {
            names.iter().for_each(|name| self.bind(self.source.slice(name.range), binding));
        }
    }
}
