"""What can only be seen with the whole pack in view: names, circles, doubles, and rules that say too little or too much."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace

from honnin.errors import Mistake
from honnin.model import Facts, Text
from honnin.rules.compile import compile_all, compile_condition
from honnin.rules.condition import (
    Atom,
    Compare,
    Condition,
    Named,
    Not,
    SameTurn,
    find_cycle,
    names,
    parts,
    size,
    sizes,
)
from honnin.rules.pack import Pack
from honnin.rules.rule import Definition, PackContent, Rule, State
from honnin.rules.vocabulary import ATOMS, FAMILIES_WITH_WORDS, nearest

MAX_QUESTIONS = 200
"""Of one condition, every name followed; keeps evaluation short and the nesting of closures shallow."""

_NOTHING = Facts(atoms={})


def check(content: PackContent, beside: Pack | None, source: str) -> Iterator[Mistake]:
    """Everything wrong with a pack as a whole; ``beside`` is the pack it adds to."""
    inherited = beside.conditions if beside is not None else {}
    visible = {**inherited, **{definition.name: definition.condition for definition in content.definitions}}
    if len(content.ids) != 1:
        yield Mistake(
            0,
            "pack.id",
            Text("パックの名前 pack: {id: …} を1か所に書いてください。", "Name the pack once, as pack: {id: …}."),
            source,
        )
    yield from _doubles(content.definitions, lambda one: one.name, inherited)
    yield from _doubles(
        [rule for rule in content.rules if rule.id],
        lambda one: one.id,
        [rule.id for rule in beside.rules] if beside is not None else (),
    )
    yield from _local(content, beside)
    for rule in content.rules:
        yield from _examples(rule)
    wrong_names = list(_names(content, visible))
    yield from wrong_names
    yield from _unused(content)
    cycle = find_cycle(visible)
    if cycle:
        place = next((one for one in content.definitions if one.name in cycle), Definition("", Atom("")))
        circle = " → ".join(cycle)
        yield _mistake(
            place,
            place.name,
            f"条件が互いを使い合っています({circle})。どれか1つを書き直してください。",
            f"These conditions use each other in a circle ({circle}). Rewrite one of them.",
        )
    if not wrong_names and not cycle and all(map(_is_known, _all_parts(visible, content.rules))):
        yield from _meaning(content, visible)


def _mistake(at: Definition | Rule, where: str, ja: str, en: str) -> Mistake:
    return Mistake(at.line, where, Text(ja, en), at.file)


def _doubles(found: Iterable[Definition | Rule], name: Callable[..., str], taken: Iterable[str]) -> Iterator[Mistake]:
    seen = dict.fromkeys(taken, "")
    for one in found:
        if name(one) in seen:
            yield _mistake(
                one,
                name(one),
                f"「{name(one)}」という名前はすでに使われています。別の名前にしてください。",
                f'The name "{name(one)}" is taken. Choose another.',
            )
        seen[name(one)] = ""


def _local(content: PackContent, beside: Pack | None) -> Iterator[Mistake]:
    shipped = {rule.id: rule for rule in beside.rules} if beside is not None else {}
    times = Counter(name for name, _ in content.local)
    for name, change in content.local:
        if times[name] > 1:
            ja, en = "このルールへの変更は1か所にまとめてください。", "Keep the changes to this rule in one place."
            yield Mistake(change.line, f"local.{name}", Text(ja, en), change.file)
        if name not in shipped:
            near = nearest(name, shipped)
            ja = f"変更するルール「{name}」が標準のパックにありません。" + (f"「{near}」のことですか。" if near else "")
            en = f'The shipped pack has no rule "{name}".' + (f' Did you mean "{near}"?' if near else "")
            yield Mistake(change.line, f"local.{name}", Text(ja, en), change.file)
        elif change.state is State.LIVE:
            yield from _examples(replace(shipped[name], state=State.LIVE, line=change.line, file=change.file))


def _examples(rule: Rule) -> Iterator[Mistake]:
    if rule.state is not State.LIVE:
        return
    for key, examples in (("fires_on", rule.fires_on), ("silent_on", rule.silent_on)):
        if len(examples) < 2:
            yield _mistake(
                rule,
                f"{rule.id}.{key}",
                f"live にするには {key} の例が2つ以上必要です。",
                f"A live rule needs at least two examples under {key}.",
            )


def _names(content: PackContent, visible: Mapping[str, Condition]) -> Iterator[Mistake]:
    for at, where, condition in _written(content):
        for name in names(condition):
            if name not in visible:
                near = nearest(name, visible)
                yield _mistake(
                    at,
                    where,
                    f"条件「{name[:60]}」がありません。" + (f"「{near}」のことですか。" if near else ""),
                    f'There is no condition "{name[:60]}".' + (f' Did you mean "{near}"?' if near else ""),
                )


def _written(content: PackContent) -> Iterator[tuple[Definition | Rule, str, Condition]]:
    for definition in content.definitions:
        yield definition, definition.name, definition.condition
    for rule in content.rules:
        yield rule, f"{rule.id}.when", rule.when


def _all_parts(visible: Mapping[str, Condition], rules: Iterable[Rule]) -> Iterator[Condition]:
    for condition in [*visible.values(), *(rule.when for rule in rules)]:
        yield from parts(condition)


def _is_known(part: Condition) -> bool:
    return not isinstance(part, Atom) or part.name in ATOMS


def _unused(content: PackContent) -> Iterator[Mistake]:
    used = {name for _, _, condition in _written(content) for name in names(condition)}
    for definition in content.definitions:
        if definition.name not in used:
            yield _mistake(
                definition,
                definition.name,
                f"条件「{definition.name}」はどこにも使われていません。使うか、消してください。",
                f'The condition "{definition.name}" is used nowhere. Use it or remove it.',
            )


def _meaning(content: PackContent, visible: Mapping[str, Condition]) -> Iterator[Mistake]:
    """Mistakes that show only once every name can be followed."""
    known = sizes(visible)
    small_enough = True
    for at, where, condition in _written(content):
        if size(condition, known) > MAX_QUESTIONS:
            small_enough = False
            yield _mistake(at, where, "条件が大きすぎます。分けてください。", "This condition is too large. Split it.")
        for part in parts(condition):
            if isinstance(part, SameTurn) and not all(map(_has_words, _followed(part.of, visible))):
                yield _mistake(
                    at,
                    where,
                    "same_turn には文中の言葉を示すもの(act、pressure、entity、hidden、link)だけを、not や比較なしで書けます。",
                    "same_turn takes only facts that stand in the text (act, pressure, entity, hidden, link), without not or comparisons.",
                )
    if not small_enough:
        return
    named = compile_all(visible)
    for rule in content.rules:
        if compile_condition(rule.when, named.__getitem__).holds(_NOTHING):
            yield _mistake(
                rule,
                f"{rule.id}.when",
                "何も見つからなくても当てはまります。見つかるべきものを1つ以上書いてください。",
                "This fires where nothing was found. Name at least one fact that must hold.",
            )


def _followed(of: tuple[Condition, ...], visible: Mapping[str, Condition]) -> Iterator[Condition]:
    """All parts, with each name followed once."""
    seen: set[str] = set()
    todo = list(of)
    while todo:
        for part in parts(todo.pop()):
            if not isinstance(part, Named):
                yield part
            elif part.name not in seen:
                seen.add(part.name)
                todo.append(visible[part.name])


def _has_words(part: Condition) -> bool:
    if isinstance(part, Atom):
        return part.name.partition(":")[0] in FAMILIES_WITH_WORDS
    return not isinstance(part, Not | Compare)
