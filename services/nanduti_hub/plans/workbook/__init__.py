"""The reader of operational-plan workbooks: bytes in, a reading out. No I/O, no clock, no database."""

from nanduti_hub.plans.workbook.reading import read_workbook

__all__ = ["read_workbook"]
