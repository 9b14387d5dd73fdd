"""Printing a trace as straight-line code; what the Python and the JavaScript printer share.

The order of the operations is kept, and nothing is re-associated, so a printed program gives the
same bits as the program that was traced. A value that is used once is written where it is used; a
value that the model gave a name gets a line of its own; the cotangent of ``x`` is called ``d_x``.
"""

from __future__ import annotations

import contextlib
import keyword
import re
from abc import ABC, abstractmethod
from collections import ChainMap, Counter, defaultdict
from collections.abc import Iterator, MutableMapping
from typing import Any

from ..ops import Op, where, words
from .formulas import ATOM, PRECEDENCE, binding, plan, repeats
from .rows import CLOSE, LIST, OPEN, WORD, Row, item_of, joins, write_rows
from .trace import Input, Output, Trace, Traced

WIDTH = 72
PAGE = 85  # what a page of the book shows of a line
RESERVED = set(keyword.kwlist) | set(
    words(
        """zip range reversed print len abs min max sum float int list tuple dict set self math Math
        let const var function new delete typeof void switch case do null undefined NaN Infinity
        true false this throw catch default enum export extends super instanceof interface package
        debugger private protected public static implements arguments eval"""
    )
)


class Printer(ABC):
    """Writes one function. Subclasses say how a language spells things."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.depth = 1
        self.taken: set[str] = set(RESERVED)
        self.inside: set[str] = set()  # the names that the scope has taken
        self.given: set[str] = set()  # every name so far, also those that are free again
        self.numbers: MutableMapping[str, int] = {}  # where to look for the next free v1, x_2, ...
        self.constants: dict[str, Any] = {}
        self.known: dict[int, str] = {}  # the id of a constant -> its name
        self.elements: dict[int, tuple[str, int]] = {}  # of lists: the formula of one number
        self.results: dict[int, dict[int, list[int]]] = {}  # of loops: the entries that hold them
        self.rows: list[Row] = []  # lists of one length that are still to be written
        self.in_rows: set[int] = set()  # lists that are read row by row

    # -- what a language says --
    append = "append"
    strict = False  # whether an error must come where the function has it
    together = False  # whether lists of one length are made in one loop, see rows.py
    end, comment_mark = "", "#"  # of a statement

    @abstractmethod
    def spelled(self, op: Any, args: tuple = ()) -> str:
        """The formula of an operation on such arguments."""

    @abstractmethod
    def number(self, x: Any) -> str: ...

    def declared(self, name: str, new: bool) -> str:
        """The left side of an assignment; ``new`` if the name is."""
        return name

    @abstractmethod
    def each(self, text: str, names: list[str], lists: list[str], n: int) -> str:
        """A list made by a formula from the items of others, called by these names."""

    @abstractmethod
    def assign_all(self, names: list[str], texts: list[str]) -> None: ...

    @abstractmethod
    def check(self, text: str, op: Op) -> None: ...

    @abstractmethod
    def open_loop(self, op: Any, columns: list, names: list) -> None: ...

    @abstractmethod
    def close_loop(self) -> None: ...

    def line(self, text: str) -> None:
        self.flush()
        self.lines.append("    " * self.depth + text)

    def assign(self, name: str, text: str, new: bool, comment: str) -> None:
        """One value; a comment that does not fit beside it stands above."""
        code = f"{self.declared(name, new)} = {text}{self.end}"
        comment = f"{self.comment_mark} {comment}" if comment else ""
        if comment and 4 * self.depth + len(f"{code}  {comment}") > PAGE:
            self.line(comment)
            comment = ""
        self.line(f"{code}  {comment}" if comment else code)

    # -- names --
    def fresh(self, base: str) -> str:
        """A name that nothing has yet: ``base``, ``base_2``, ..."""
        if not base.isidentifier():
            base = re.sub(r"\W|^(?=\d|$)", "_", base)
        if base in RESERVED:
            base += "_"
        return base if self.take(base) else self.counted(base + "_", 2)

    def numbered(self, letter: str = "v") -> str:
        """A name for what the model gave none: ``v1``, ``v2``, ..."""
        return self.counted(letter, 1)

    def counted(self, base: str, first: int) -> str:
        k = self.numbers.get(base, first)
        while not self.take(f"{base}{k}"):
            k += 1
        self.numbers[base] = k + 1
        return f"{base}{k}"

    def take(self, name: str) -> bool:
        """Whether a name was free; from now on it is taken."""
        if name in self.taken or name in self.constants:
            return False
        self.taken.add(name)
        self.inside.add(name)
        self.given.add(name)
        return True

    @contextlib.contextmanager
    def scope(self) -> Iterator[None]:
        """Names that are taken inside are free again behind it."""
        outside, self.inside = self.inside, set()
        counters, self.numbers = self.numbers, ChainMap({}, self.numbers)
        yield
        self.taken -= self.inside
        self.inside, self.numbers = outside, counters

    def constant(self, x: Any) -> str:
        """The name of a list that the program reads but that is no argument."""
        if id(x) not in self.known:
            name = f"data_{len(self.known) + 1}"
            while name in self.given or name in self.taken:
                name += "_"
            self.constants[name], self.known[id(x)] = x, name
        return self.known[id(x)]

    # -- one block of code --
    def block(self, trace: Trace, env: dict, uses: dict[int, int], ends: Any = ()) -> dict:
        """Print the entries of a trace, and return their formulas.

        ``env`` maps entries to their text and how it binds; ``ends`` are the new carries of a
        loop, which are written at its end.
        """
        formulas: dict[int, str] = {}
        outside = self.elements, self.results, self.in_rows
        self.elements, self.results, self.in_rows = {}, _results(trace), _read_in_rows(trace)
        for i, op in enumerate(trace.ops):
            if op is None or isinstance(op, (Input, Output)):
                continue
            if op.name == "loop":
                self.loop(trace, i, env, uses)
            elif op.name == "constant":
                env[i] = (self.constant(op.items), ATOM)
            else:
                self.entry(trace, i, env, uses, ends, formulas)
        self.flush()
        self.elements, self.results, self.in_rows = outside
        return formulas

    def entry(self, trace: Trace, i: int, env: dict, uses: dict, ends: Any, formulas: dict) -> None:
        """Print an entry, or keep its text until it is used."""
        op = trace.ops[i]
        text, binds = self.formula(trace, i, env)
        formulas[i] = text.replace(OPEN, "").replace(CLOSE, "")
        used, lengths = uses.get(i, 0), trace.entries[i].lengths
        waits = used == 1 and self._waits(trace, i, env, ends, formulas[i])
        if op.name.startswith("repeat"):  # where a column reads it, the number itself is read
            self.elements[i] = (self.text(trace.args[i][0], env, ATOM), ATOM)
            env[i] = (text, binds)
            return
        if lengths and isinstance(op, Op):
            if used and self.together and len(lengths) == 1 and not waits:
                env[i] = (self.add_row(trace, i, env, text, used, formulas), ATOM)
                return
            if waits:
                self.elements[i] = (text, binds)
            text, binds = self.comprehension(text, lengths), ATOM
        if waits:
            env[i] = (text, binds)
        elif used:
            name = self.name_of(trace, i, env)
            self.assign(name, text, True, self.comment(trace, i, env, formulas))
            env[i] = (name, ATOM)
        else:
            self.check(text, op)

    def _waits(self, trace: Trace, i: int, env: dict, ends: Any, formula: str) -> bool:
        """Whether what is read once is written there, and gets no line of its own."""
        at_hand = self.rows and trace.entries[i].lengths == (self.rows[0].n,)
        if at_hand and (i in ends or i not in self.in_rows):  # it joins the lists before it
            return False
        return i in ends or not (
            i in trace.names or len(formula) > WIDTH or self._shown(trace, i, env)
        )

    def add_row(self, trace: Trace, i: int, env: dict, text: str, used: int, formulas: dict) -> str:
        """Let a list wait for others that can be made in the same loop, and return its name."""
        name, comment = self.name_of(trace, i, env), self.comment(trace, i, env, formulas)
        row = Row(name, text, trace.entries[i].lengths[0], used, comment)
        if not joins(row, self.rows):
            self.flush()
        self.rows.append(row)
        return name

    # -- columns --
    def element(self, x: Traced, env: dict) -> tuple[str, int]:
        """The text of one number of a list: its formula, or a place for the item's name."""
        return self.elements.get(x.index) or (f"{OPEN}{env[x.index][0]}{CLOSE}", ATOM)

    def comprehension(self, text: str, lengths: tuple[int, ...]) -> str:
        """The list that a formula of items makes, row by row."""
        lists = list(dict.fromkeys(LIST.findall(text)))
        with self.scope():
            self.take_words(text)
            names = [self.fresh(item_of(name)) for name in lists]
            for name, of in zip(names, lists, strict=True):
                text = text.replace(f"{OPEN}{of}{CLOSE}", name)
            for n in reversed(lengths[1:]):
                rows = [self.fresh("row") for _ in names]
                text, names = self.each(text, names, rows, n), rows
        return self.each(text, names, lists, lengths[0])

    def take_words(self, text: str) -> None:
        """Take every name that stands in a text."""
        for word in WORD.findall(text):
            self.take(word)

    def flush(self) -> None:
        """Write the lists that wait: one alone as a comprehension, several in one loop."""
        rows, self.rows = self.rows, []
        if len(rows) == 1:
            row = rows[0]
            self.assign(row.name, self.comprehension(row.text, (row.n,)), True, row.comment)
        elif rows:
            write_rows(self, rows)

    def _shown(self, trace: Trace, i: int, env: dict) -> bool:
        """Whether an entry is the cotangent of a value that has a line of its own."""
        if i not in trace.cotangent_of:
            return False
        value = trace.cotangent_of[i][0][0]
        return value in trace.names and env.get(value, ("", 0))[1] == ATOM

    def name_of(self, trace: Trace, i: int, env: dict) -> str:
        if i in trace.names:
            return self.fresh(trace.names[i])
        if i in trace.cotangent_of:
            value = trace.cotangent_of[i][0][0]
            text, binds = env.get(value, ("", 0))
            if binds == ATOM and text.isidentifier():
                return self.fresh("d_" + text)
            return self.numbered("d")
        return self.numbered()

    def comment(self, trace: Trace, i: int, env: dict, formulas: dict) -> str:
        if i not in trace.cotangent_of:
            return ""
        value, users = trace.cotangent_of[i][0]
        text, binds = env.get(value, ("", 0))
        shown = text if binds == ATOM else formulas.get(value, "")
        if not shown or len(shown) > 30:
            return ""
        into = [
            t if (t := env.get(u, ("", 0))[0]).isidentifier() else formulas.get(u) for u in users
        ]
        known = [t for t in dict.fromkeys(into) if t and len(t) < 40][:3]
        more = ["..."] if len(known) < len(set(into)) else []  # of these it does not tell all
        return f"{shown} goes into {', '.join(known + more)}" if known else f"of {shown}"

    def text(self, x: Any, env: dict, above: int = 0) -> str:
        """An argument, in parentheses if it binds less tightly than its place asks."""
        if isinstance(x, Traced):
            text, binds = env[x.index]
            return f"({text})" if binds < above else text
        text = self.number(x)
        return f"({text})" if text.startswith("-") and above > PRECEDENCE["+"] else text

    def formula(self, trace: Trace, i: int, env: dict) -> tuple[str, int]:
        op, args = trace.ops[i], trace.args[i]
        if not isinstance(op, Op):
            product = op.name.startswith("repeat") and "*" in self.spelled(op)
            return self.list_text(op, args, env), PRECEDENCE["*"] if product else ATOM
        if trace.entries[i].lengths:
            env = {x.index: self.element(x, env) for x in args if type(x) is Traced}
        if op.text == "a":
            return (self.text(args[0], env), env[args[0].index][1])
        template, places, binds = plan(self.spelled(op, args), binding(op.text))
        texts = []
        for place, above in places:
            x = args[place]
            text, inside = env[x.index] if type(x) is Traced else (self.text(x, env, above), ATOM)
            texts.append(text if inside >= above else f"({text})")
        return template % tuple(texts), binds

    def list_text(self, op: Any, args: tuple, env: dict) -> str:
        text = self.spelled(op)
        above = ATOM if text.startswith("{}") else 0
        texts = [self.text(x, env, above) for x in args]
        found = re.search(r"\{([^{}]*), ([^{}]*)\}", text)
        if found:
            star = found[2]
            return text.replace(
                found[0], ", ".join((star if k else "") + t for k, t in enumerate(texts))
            )
        return text.format(*texts)

    # -- loops --
    def loop(self, trace: Trace, i: int, env: dict, uses: dict) -> None:
        """Print the loop at entry ``i``, and give its results their names in ``env``."""
        op, body, results = trace.ops[i], trace.ops[i].body, self.results[i]
        inits, columns, free = op.split(trace.args[i])
        inner = {
            x.index: (self.text(outer, env), ATOM)
            for x, outer in zip(body.free_inputs, free, strict=True)
        }
        names = self._carry_names(body, inits, env, uses)
        lists = {}
        for k in range(op.carries, len(body.outputs)):
            known = [trace.names[j] for j in results.get(k, ()) if j in trace.names]
            lists[k] = self.fresh(known[0]) if known else self._list_name(body, k)
            self.assign(lists[k], "[]", True, "")
        with self.scope():
            self._repeated(op, inner, names, lists, [self.text(x, env) for x in columns])
        for k, js in results.items():
            env |= dict.fromkeys(js, ((names + list(lists.values()))[k], ATOM))

    def _carry_names(self, body: Trace, inits: list, env: dict, uses: dict) -> list[str]:
        """The variables that a loop carries, given their first values."""
        names: list[str] = []
        for k, (x, init) in enumerate(zip(body.inputs, inits, strict=False)):
            text = self.text(init, env)
            mine = isinstance(init, Traced) and uses.get(init.index, 0) == 1
            mine = mine and env[init.index] == (text, ATOM) and text.isidentifier()
            mine = mine and text not in self.constants
            if mine and text not in names and body.names.get(x.index, text) == text:
                names.append(text)
            else:
                names.append(self._carry_name(body, k))
                self.assign(names[-1], text, True, "")
        return names

    def _repeated(
        self, op: Any, inner: dict, names: list[str], lists: dict, columns: list[str]
    ) -> None:
        """A loop, without what comes before it."""
        body, items = op.body, []
        for x, name in zip(body.inputs, names, strict=False):
            inner[x.index] = (name, ATOM)
        for x, text in zip(body.inputs[op.carries :], columns, strict=True):
            items.append(self.fresh(body.names.get(x.index) or item_of(text)))
            inner[x.index] = (items[-1], ATOM)
        self.open_loop(op, columns, items)
        self.depth += 1
        self._one_step(body, inner, names, lists)
        self.depth -= 1
        self.close_loop()
        for name in lists.values() if op.backward else ():
            self.line(f"{name}.reverse(){self.end}")

    def _one_step(self, body: Trace, inner: dict, names: list[str], lists: dict) -> None:
        """The inside of a loop: the step, what it appends to the lists, the new carries."""
        after_step = body.outputs[: len(names)]
        ends = {x.index: k for k, x in enumerate(after_step) if isinstance(x, Traced)}
        formulas = self.block(body, inner, count_uses(body, len(names), self.strict), ends)
        late = []
        for k, name in lists.items():
            x = body.outputs[k]
            if isinstance(x, Traced) and x.index in ends and not inner[x.index][0].isidentifier():
                late.append((name, names[ends[x.index]]))
            else:
                self.line(f"{name}.{self.append}({self.text(x, inner)}){self.end}")
        comments = [
            self.comment(body, x.index, inner, formulas) if isinstance(x, Traced) else ""
            for x in after_step
        ]
        self.update(names, [self.text(x, inner) for x in after_step], comments)
        for name, text in late:
            self.line(f"{name}.{self.append}({text}){self.end}")

    def _carry_name(self, body: Trace, k: int) -> str:
        index = body.inputs[k].index
        return self.fresh(body.names[index]) if index in body.names else self.numbered("c")

    def _list_name(self, body: Trace, k: int) -> str:
        x = body.outputs[k]
        if isinstance(x, Traced):
            if x.index in body.names:
                return self.fresh(body.names[x.index] + "s")
            if x.index in body.cotangent_of:
                value = body.cotangent_of[x.index][0][0]
                if value in body.names:
                    return self.fresh(f"d_{body.names[value]}s")
            for j, y in enumerate(body.outputs[:k]):
                if y is x and j < len(body.inputs) and body.inputs[j].index in body.names:
                    return self.fresh(body.names[body.inputs[j].index] + "s")
        return self.numbered("list")

    def update(self, names: list[str], texts: list[str], comments: list[str]) -> None:
        """Give the carries their new values, one line each where the order allows."""
        rows = zip(names, texts, comments, strict=True)
        todo = [(n, t, c, set(re.findall(r"\w+", t))) for n, t, c in rows if n != t]
        mentioned = Counter(word for row in todo for word in row[3])
        while todo:
            for i, (name, text, comment, used) in enumerate(todo):
                if mentioned[name] == (name in used):  # no other row needs the old value
                    self.assign(name, text, False, "" if text.isidentifier() else comment)
                    mentioned.subtract(used)
                    del todo[i]
                    break
            else:
                self.assign_all([row[0] for row in todo], [row[1] for row in todo])
                return


def may_fail(trace: Trace) -> set[int]:
    """The entries that, or whose arguments, may be an error."""
    found: set[int] = set()
    for i, (op, args) in enumerate(zip(trace.ops, trace.args, strict=True)):
        inside = any(type(x) is Traced and x.index in found for x in args)
        if inside or (type(op) is Op and op.domain):
            found.add(i)
    return found


def count_uses(trace: Trace, carries: int = 0, strict: bool = False) -> dict[int, int]:
    """How often the text of each entry will be written; 2 where it must have a name.

    ``strict``: ``where`` computes both of its numbers, so what may fail must not stand inside
    ``b if a else c``, which skips one.
    """
    uses: dict[int, int] = defaultdict(int)
    failing = may_fail(trace) if strict else set()
    for op, args in zip(trace.ops, trace.args, strict=True):
        for x, times in _readings(op, args, failing):
            if type(x) is Traced:
                uses[x.index] += times
    ends = {id(x) for x in trace.outputs[:carries]}
    for k, x in enumerate(trace.outputs):
        if type(x) is Traced and (k < carries or id(x) not in ends):
            uses[x.index] += 1
    return uses


def _readings(op: Any, args: tuple, failing: set[int]) -> Iterator[tuple[Any, int]]:
    """Each argument of an entry, and how often its text stands there; 2 if it needs a name."""
    if type(op) is Op:
        for x in args:
            apart = op is where and type(x) is Traced and x.index in failing
            yield x, 1 + (repeats(op.text) or apart)
    elif op is not None and op.name == "loop":
        free = op.carries + op.lists  # from here on they are read at every step
        for k, x in enumerate(args):
            yield x, 1 + (k >= free)
    elif op is not None and not isinstance(op, Output):
        for x in args:  # what is repeated stands in a comprehension: it needs a name
            yield x, 1 + op.name.startswith("repeat")


def _read_in_rows(trace: Trace) -> set[int]:
    """The lists that only an operation row by row reads."""
    found = set()
    for entry, op, args in zip(trace.entries, trace.ops, trace.args, strict=True):
        if entry is not None and entry.lengths and isinstance(op, Op):
            found |= {x.index for x in args if type(x) is Traced}
    return found


def _results(trace: Trace) -> dict[int, dict[int, list[int]]]:
    """For each loop, and each of its results, the entries that hold it."""
    found: dict[int, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    for j, op in enumerate(trace.ops):
        if isinstance(op, Output):
            found[trace.args[j][0].index][op.k].append(j)
    return found
