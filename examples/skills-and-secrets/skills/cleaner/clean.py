"""Strips white space from a table, and drops its empty rows."""

import csv
import sys
from pathlib import Path

source = Path(sys.argv[1])
rows = [[cell.strip() for cell in row] for row in csv.reader(source.open(newline=""))]
with source.with_suffix(".clean.csv").open("w", newline="") as file:
    csv.writer(file).writerows(row for row in rows if any(row))
