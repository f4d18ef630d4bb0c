"""A unit test stands where its module stands, so that nobody has to look for it."""

from structure.source import ROOT, SRC, files, modules, name_of

UNIT = ROOT / "tests" / "unit"


def _module_of(test):
    """`tests/unit/reports/test_text.py` tests `src/ecluse/reports/text.py`, or the package itself."""
    place = test.relative_to(UNIT)
    name = place.name.removeprefix("test_").removesuffix(".py")
    folder = SRC / place.parent
    if (folder / f"{name}.py").exists() or (folder / name / "__init__.py").exists():
        return folder / f"{name}.py"
    return (
        folder / "__init__.py"
        if name == folder.name and (folder / "__init__.py").exists()
        else None
    )


def test_every_unit_test_belongs_to_a_module():
    tests = [p for p in files(".py") if p.is_relative_to(UNIT) and p.name.startswith("test_")]
    assert tests
    lost = [name_of(t) for t in tests if _module_of(t) is None]
    assert not lost, f"no module stands at the place of these tests; move or rename them: {lost}"


def test_test_folders_are_no_packages():
    found = [
        name_of(p)
        for p in files(".py")
        if p.is_relative_to(ROOT / "tests") and p.name == "__init__.py"
    ]
    assert not found, f"tests are imported by path; remove {found}"


def test_every_folder_of_the_package_is_one():
    folders = {p.parent for p in modules()}
    missing = [name_of(f) for f in folders if not (f / "__init__.py").exists()]
    assert not missing, f"add an `__init__.py` that says what the room is for to {missing}"
