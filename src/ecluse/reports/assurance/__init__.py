"""The report that one hands over: one file a chapter, each a pure function from `model.assurance` to blocks."""
