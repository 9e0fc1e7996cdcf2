"""What positions and funds mean: pure functions of their arguments. docs/figures.md."""
