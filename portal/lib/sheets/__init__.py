"""Tables in and out: what people send as .xlsx, .xls, .et, .csv, and what they print.

Reading goes by the content of a file, never by its name, and answers every bad file with a SheetError whose text a
secretary understands:

    with open(path, "rb") as file:
        table = sheets.tables(file)[0]
        for row in table.rows():
            print(row.number, [sheets.text(cell) for cell in row.cells])

Writing keeps memory flat and every text harmless, whatever it begins with:

    sheets.write_xlsx(
        path,
        [Column("序号", 6), Column("姓名", 10), Column("联系电话", 14)],
        ((n, cadre.name, cadre.phone) for n, cadre in enumerate(cadres.iterator(), 1)),
        title="下沉干部花名册",
        unit="清荷社区",
        day=day,
    )
    response = StreamingHttpResponse(sheets.csv_chunks(columns, rows), content_type=sheets.CSV)
"""

from portal.lib.sheets.cells import text
from portal.lib.sheets.copying import can_copy, copy_csv
from portal.lib.sheets.errors import BadCell
from portal.lib.sheets.reading import MAX_BYTES, Row, SheetError, Table, tables
from portal.lib.sheets.writing import CSV, XLSX, Column, csv_chunks, write_csv, write_xlsx

__all__ = [
    "CSV",
    "MAX_BYTES",
    "XLSX",
    "BadCell",
    "Column",
    "Row",
    "SheetError",
    "Table",
    "can_copy",
    "copy_csv",
    "csv_chunks",
    "tables",
    "text",
    "write_csv",
    "write_xlsx",
]
