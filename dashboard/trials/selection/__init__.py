"""The language of filters: which trials of a study are selected.

A filter is one text that charts, the table, and exports of a study follow. People type it, and brushes and
legends edit it.

- `learning_rate < 1e-3`, `optimizer = adam`, `!=`, `<=`, `>`, `>=`; `1e-4 <= learning_rate < 1e-2`
- `optimizer in (adam, sgd)`, `units not in (32, 64)`
- `failed ~ memory`: the text contains it, in upper or lower case
- `momentum is unused`, `momentum is used`: whether a trial has a value
- `val_accuracy > 97.6%`, `duration > 1 h 20 min`, `units > 1,024`, `trial = #47`
- `and`, `or`, `not`, and brackets; `and` binds more closely than `or`
- names and texts that are no single word in quotation marks: `"my rate" < 1`, `failed = "out of memory"`

**Missing values.** A trial without a value never matches a comparison with it, not even `!=` or `not in`, as
in SQL. `not` selects exactly what the condition behind it leaves out, as in pandas: `not momentum = 0.9`
includes the trials that use no momentum, `momentum != 0.9` does not.

>>> import numpy as np
>>> fields = [Field("learning_rate", "number"), Field("optimizer", "text", choices=("adam", "sgd"))]
>>> selection = parse("learning_rate<.001 AND optimizer==Adam", fields)
>>> selection.text
'learning_rate < 1e-3 and optimizer = adam'
>>> sorted(selection.names)
['learning_rate', 'optimizer']
>>> is_known = np.ones(3, dtype=bool)
>>> columns = {
...     "learning_rate": Column(np.array([1e-4, 1e-4, 1e-2]), is_known),
...     "optimizer": Column(np.array(["adam", "sgd", "adam"], dtype=object), is_known),
... }
>>> selection.mask(columns).tolist()
[True, False, False]
>>> text = with_range(selection.text, fields, "learning_rate", 1e-5, None)
>>> text
'learning_rate >= 1e-5 and optimizer = adam'
>>> with_choices(text, fields, "optimizer", ["sgd", "adam"])
'learning_rate >= 1e-5 and optimizer in (adam, sgd)'
>>> without(text, fields, "learning_rate")
'optimizer = adam'
>>> try:
...     parse("lerning_rate < 1", fields)
... except SelectionError as error:
...     print(error.position, error.message)
0 This study has no “lerning_rate”. Did you mean learning_rate?
"""

from dashboard.trials.selection.bounds import bounds_in, choices_in, read_bound
from dashboard.trials.selection.edits import with_choices, with_range, without
from dashboard.trials.selection.errors import SelectionError
from dashboard.trials.selection.fields import Column, Field
from dashboard.trials.selection.literals import write_number
from dashboard.trials.selection.selection import Selection, parse

__all__ = [
    "Column",
    "Field",
    "Selection",
    "SelectionError",
    "bounds_in",
    "choices_in",
    "parse",
    "read_bound",
    "with_choices",
    "with_range",
    "without",
    "write_number",
]
