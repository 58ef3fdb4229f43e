"""Turns a filter into a tree of its words, or says where its form is wrong."""

from typing import Final, cast

from lark import Token, Tree, UnexpectedCharacters, UnexpectedToken

from dashboard.trials.selection.errors import SelectionError, is_control, shown
from dashboard.trials.selection.grammar import parser
from dashboard.trials.selection.quoting import quoted
from optimizer.wording import thousands

MAX_LENGTH: Final = 2_000
MAX_DEPTH: Final = 50
KEYWORD_TOKENS: Final = {"_AND", "_OR", "NOT", "_IN", "_IS"}
INSTEAD: Final = {"&": "and", "|": "or", "!": "not", "[": "round brackets", "{": "round brackets"}


def read_tree(text: str) -> Tree[Token]:
    """Raises `SelectionError` where the text is no filter."""
    check_length(text)
    for position, character in enumerate(text):
        if is_control(character):
            code = shown(character)
            raise SelectionError(f"A filter cannot have the control character {code}: remove it.", position)
    interactive = parser().parse_interactive(text)
    read: list[Token] = []
    opened: list[Token] = []
    try:
        for token in interactive.iter_parse():
            read.append(token)
            _count_bracket(token, opened)
        return cast("Tree[Token]", interactive.feed_eof())  # type: ignore[no-untyped-call]
    except UnexpectedCharacters as error:
        raise _wrong_character(text, error.pos_in_stream or 0) from None
    except UnexpectedToken as error:
        if error.token.type == "$END":
            read.append(Token("$END", "", len(text)))
        accepts: set[str] = interactive.accepts()  # type: ignore[no-untyped-call]
        raise _wrong_token(accepts, read, opened) from None


def check_length(text: str) -> None:
    if len(text) > MAX_LENGTH:
        most, n = thousands(MAX_LENGTH), thousands(len(text))
        raise SelectionError(f"A filter can have {most} characters, not {n}: shorten it.", MAX_LENGTH)


def _count_bracket(token: Token, opened: list[Token]) -> None:
    if token.type == "LPAR":
        opened.append(token)
        if len(opened) > MAX_DEPTH:
            message = f"Brackets can be nested {MAX_DEPTH} deep, and this one is deeper: remove some."
            raise SelectionError(message, token.start_pos or 0)
    elif token.type == "RPAR":
        if not opened:
            message = "This closing bracket was never opened: remove it."
            raise SelectionError(message, token.start_pos or 0)
        opened.pop()


def _wrong_character(text: str, position: int) -> SelectionError:
    character = text[position]
    if character in "\"'“":
        return SelectionError(f"The quotation mark {character} is never closed: add another one.", position)
    instead = INSTEAD.get(character)
    advice = (
        f"write {instead} instead" if instead else "remove it, or put the text around it in quotation marks"
    )
    return SelectionError(f"A filter cannot have the character {shown(character)} here: {advice}.", position)


def _wrong_token(accepts: set[str], read: list[Token], opened: list[Token]) -> SelectionError:
    """`read` ends with the token that does not fit, `opened` holds the brackets that are open."""
    token = read[-1]
    before = read[-2] if len(read) > 1 else None
    position = token.start_pos or 0
    if token.type == "$END" and opened and "RPAR" in accepts:
        return SelectionError("This bracket is never closed: add a closing one.", opened[-1].start_pos or 0)
    place = f" after {shown(before)}" if before else ""
    found = f", not {shown(token)}" if token else ""
    return SelectionError(f"{_wanted(accepts, token, before)}{place}{found}.", position)


def _wanted(accepts: set[str], token: Token, before: Token | None) -> str:
    """What to write instead of the token."""
    if "COMMA" in accepts:
        return "Write a comma or a closing bracket"
    if "_AND" in accepts:
        return _joining(token, before)
    if "_IN" in accepts:
        return "Write a comparison, such as = or <," if "OPERATOR" in accepts else "Write “in (a, b)”"
    if "LPAR" in accepts:
        return "Write a list in brackets, such as (a, b)," if "NOT" not in accepts else "Write a condition"
    return _word(accepts, token)


def _joining(token: Token, before: Token | None) -> str:
    """A condition has ended: what may follow is another one."""
    if token.type == "OPERATOR":
        return "Write a range as “1 < name < 2”: only “and” or “or” can come"
    if before is not None and before.type == token.type == "WORD":
        return f"Write several words as one text, {quoted(f'{before} {token}')}, or write “and”"
    return "Write “and” or “or”"


def _word(accepts: set[str], token: Token) -> str:
    if "OPERATOR" in accepts:
        return "Write a comparison, such as <,"
    if accepts <= {"NOT", "WORD"}:
        return "Write used or unused"
    if token.type in KEYWORD_TOKENS:
        return f"Write a name or a value, or {quoted(token)} if that is one,"
    if "NUMBER" in accepts:
        return "Write a value"
    return "Write the name of a column, in quotation marks if it is a number,"
