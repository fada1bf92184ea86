"""Names of variables: as the graph has them, unique, and never long."""

from __future__ import annotations

from graphs.script_names import LONGEST, Names, variables


def test_a_cell_is_called_by_what_is_swept_and_by_nothing_that_no_name_may_hold() -> None:
    places = ["a", "s/a[n=1]", "a[n=2.5, m#3]", "a[n=-2.5, m#3]", "a[n=1e-05, m=true]", "a[äx=2]", "a:heap"]
    assert variables(places, Names()) == {
        "a": "a",
        "s/a[n=1]": "s_a_n_1",
        "a[n=2.5, m#3]": "a_n_2_5_m_3",
        "a[n=-2.5, m#3]": "a_n_minus_2_5_m_3",
        "a[n=1e-05, m=true]": "a_n_1e_05_m_true",
        "a[äx=2]": "a_x_2",
        "a:heap": "a_heap",
    }


def test_a_node_keeps_its_name_whatever_a_sweep_makes_of_others() -> None:
    names = variables(["a[n=1]", "a:heap", "s/n_1", "a_n_1", "a_heap", "b[x y=1]", "b[x-y=1]"], Names())
    assert (names["a_n_1"], names["a_heap"], names["s/n_1"]) == ("a_n_1", "a_heap", "s_n_1")
    assert (names["a[n=1]"], names["a:heap"]) == ("a_n_1_", "a_heap_")
    assert (names["b[x y=1]"], names["b[x-y=1]"]) == ("b_x_y_1", "b_x_y_1_")


def test_cells_are_numbered_in_their_order_where_one_name_would_be_too_long() -> None:
    cells = [f"a[{'n' * 36}={value}]" for value in (10, 9, 8)]
    assert list(variables(["a_2", *cells], Names()).values()) == ["a_2", "a_1", "a_2_", "a_3"]
    long = variables([f"{'b' * 60}[n={value}]" for value in range(1000)], Names())
    assert len(set(long.values())) == 1000
    assert max(map(len, long.values())) == LONGEST
    assert long["b" * 60 + "[n=999]"].endswith("_1000")


def test_a_name_of_the_longest_length_is_written_out() -> None:
    cell = f"a[{'n' * (LONGEST - 4)}=1]"
    assert variables([cell], Names()) == {cell: f"a_{'n' * (LONGEST - 4)}_1"}
