#!/usr/bin/env python3
"""Makes the files of this folder: the same list as different programs write it.

    python3 -m venv venv && venv/bin/pip install openpyxl xlsxwriter
    venv/bin/python make.py            # needs `soffice` (LibreOffice Calc) on the path for two of the files

Every list*.xlsx and list*.csv holds ROWS. What a file adds is said where it is made.
"""

import datetime
import pathlib
import subprocess
import sys
import zipfile

import openpyxl
import openpyxl.styles
import xlsxwriter

HERE = pathlib.Path(__file__).parent
HEADER = ["Name", "E-mail", "Employee no.", "Joined", "Active", "Departments", "Note"]
DAY = datetime.date(2024, 2, 3)
# Row number in the file -> cells. Row 4 is blank; "Operations" is merged over rows 6 and 7.
ROWS = {
    2: ["Zoë Müller", "zoe@example.org", 12345, DAY, True, "Sales;Support", "two\nlines"],
    3: ["李雷", "li@example.org", "00042", datetime.date(2023, 12, 31), False, None, "=1+1"],
    5: ["O'Hara \"Bo\" <x> & y", "bo@example.org", 0.1, None, None, None, "  spaces around \u00a0"],
    6: ["Борис", "boris@example.org", 491701234567, None, None, "Operations", "#N/A"],
    7: ["🦊 Fox", "fox@example.org", None, None, None, None, "under_x"],
}
ROWS_AS_TEXT = {
    row: [
        cell.isoformat() if isinstance(cell, datetime.date)
        else "" if cell is None
        else str(cell).upper() if isinstance(cell, bool)
        else str(cell)
        for cell in cells
    ]
    for row, cells in ROWS.items()
}


def by_openpyxl():
    """A hidden sheet first, a chart sheet, then "People"; formatted blank rows below the list."""
    book = openpyxl.Workbook()
    hidden = book.active
    hidden.title = "Old"
    hidden["A1"] = "not this one"
    hidden.sheet_state = "veryHidden"
    book.create_chartsheet("Chart")
    other = book.create_sheet("Other")
    other["A1"] = "nor this one"
    sheet = book.create_sheet("People")
    sheet.append(HEADER)
    for row, cells in ROWS.items():
        for column, cell in enumerate(cells, 1):
            at = sheet.cell(row, column)
            at.value = cell
            if isinstance(cell, str):
                at.data_type = "s"
            if isinstance(cell, datetime.date):
                at.number_format = "dd.mm.yyyy"
    sheet.merge_cells("F6:F7")
    for row in range(8, 300):
        sheet.cell(row, 1).font = openpyxl.styles.Font(bold=True)
    book.active = 3
    book.save(HERE / "list-openpyxl.xlsx")


def by_xlsxwriter():
    """No sheet called "People": the first visible one with content is read."""
    book = xlsxwriter.Workbook(HERE / "list-xlsxwriter.xlsx")
    book.add_worksheet("Hidden").hide()
    book.get_worksheet_by_name("Hidden").write_string(0, 0, "not this one")
    book.add_worksheet("Blank").activate()
    sheet = book.add_worksheet("Members")
    sheet.write_row(0, 0, HEADER)
    date = book.add_format({"num_format": "yyyy-mm-dd"})
    for row, cells in ROWS.items():
        for column, cell in enumerate(cells):
            if isinstance(cell, datetime.date):
                sheet.write_datetime(row - 1, column, datetime.datetime(cell.year, cell.month, cell.day), date)
            elif isinstance(cell, bool):
                sheet.write_boolean(row - 1, column, cell)
            elif isinstance(cell, (int, float)):
                sheet.write_number(row - 1, column, cell)
            elif cell is not None:
                sheet.write_string(row - 1, column, cell)
    sheet.merge_range(5, 5, 6, 5, "Operations")
    bold = book.add_format({"bold": True})
    for row in range(7, 300):
        sheet.write_blank(row, 0, None, bold)
    book.close()


CONTENT_TYPES = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>"""
RELS = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="{target}"/></Relationships>"""
BOOK_RELS = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{relationships}</Relationships>"""
RELATIONSHIP = '<Relationship Id="{id}" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}" Target="{target}"/>'
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def escaped(text):
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def package(name, parts):
    with zipfile.ZipFile(HERE / name, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, text in parts.items():
            info = zipfile.ZipInfo(path, (2024, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, text)


def serial(day):
    return (day - datetime.date(1899, 12, 30)).days


def like_excel():
    """Prefixed names, absolute targets, rich text, phonetic runs, a dimension that lies, r= everywhere, spans, extLst."""
    strings, index = [], {}

    def shared(text):
        if text not in index:
            index[text] = len(strings)
            if text == "Zoë Müller":
                strings.append('<x:si><x:r><x:t xml:space="preserve">Zoë </x:t></x:r><x:r><x:rPr><x:b/></x:rPr><x:t>Müller</x:t></x:r></x:si>')
            elif text == "李雷":
                strings.append('<x:si><x:t>李雷</x:t><x:rPh sb="0" eb="2"><x:t>リライ</x:t></x:rPh><x:phoneticPr fontId="1"/></x:si>')
            else:
                kept = escaped(text).replace("_x0041_", "_x005F_x0041_")
                strings.append(f'<x:si><x:t xml:space="preserve">{kept}</x:t></x:si>')
        return index[text]

    rows = []
    for row, cells in {1: HEADER, **ROWS}.items():
        written = []
        for column, cell in enumerate(cells):
            at = f'{"ABCDEFG"[column]}{row}'
            if isinstance(cell, datetime.date):
                written.append(f'<x:c r="{at}" s="1"><x:v>{serial(cell)}</x:v></x:c>')
            elif isinstance(cell, bool):
                written.append(f'<x:c r="{at}" t="b"><x:v>{int(cell)}</x:v></x:c>')
            elif cell == 0.1:
                written.append(f'<x:c r="{at}"><x:v>0.10000000000000001</x:v></x:c>')
            elif cell == 491701234567:
                written.append(f'<x:c r="{at}" s="2"><x:v>4.91701234567E11</x:v></x:c>')
            elif isinstance(cell, int):
                written.append(f'<x:c r="{at}"><x:v>{cell}</x:v></x:c>')
            elif cell is None:
                written.append(f'<x:c r="{at}" s="2"/>')
            else:
                written.append(f'<x:c r="{at}" t="s"><x:v>{shared(cell)}</x:v></x:c>')
        rows.append(f'<x:row r="{row}" spans="1:7">{"".join(written)}</x:row>')
    rows.append("".join(f'<x:row r="{row}" s="2" customFormat="1"/>' for row in range(8, 400)))
    package("list-like-excel.xlsx", {
        "[Content_Types].xml": CONTENT_TYPES,
        "_rels/.rels": RELS.format(target="/xl/workbook.xml"),
        "xl/workbook.xml": f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\r\n<x:workbook xmlns:x="{MAIN}" xmlns:r="{R}"><x:workbookPr/><x:sheets><x:sheet name="people" sheetId="7" r:id="rId9"/></x:sheets></x:workbook>',
        "xl/_rels/workbook.xml.rels": BOOK_RELS.format(relationships="".join([
            RELATIONSHIP.format(id="rId9", kind="worksheet", target="/xl/worksheets/sheet1.xml"),
            RELATIONSHIP.format(id="rId2", kind="sharedStrings", target="/xl/sharedStrings.xml"),
            RELATIONSHIP.format(id="rId3", kind="styles", target="/xl/styles.xml"),
        ])),
        "xl/styles.xml": f'<x:styleSheet xmlns:x="{MAIN}"><x:numFmts><x:numFmt numFmtId="164" formatCode="[$-407]d\\. mmmm yyyy;@"/></x:numFmts><x:cellStyleXfs><x:xf numFmtId="14"/></x:cellStyleXfs><x:cellXfs><x:xf numFmtId="0"/><x:xf numFmtId="164"/><x:xf numFmtId="1"/></x:cellXfs></x:styleSheet>',
        "xl/sharedStrings.xml": f'<x:sst xmlns:x="{MAIN}" count="1" uniqueCount="99">{"".join(strings)}</x:sst>',
        "xl/worksheets/sheet1.xml": f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\r\n<x:worksheet xmlns:x="{MAIN}"><!-- a comment --><x:dimension ref="A1:XFD1048576"/><x:sheetData>{"".join(rows)}</x:sheetData><x:mergeCells count="1"><x:mergeCell ref="F6:F7"/></x:mergeCells><x:extLst><x:ext uri="x"/></x:extLst></x:worksheet>',
    })


def like_google():
    """Default namespace, relative targets, blank styled cells to the right and below, shared strings, no dimension."""
    strings = []
    rows = []
    for row, cells in {1: HEADER, **ROWS}.items():
        written = []
        for column, cell in enumerate(cells + [None] * 19):
            at = f'{chr(65 + column)}{row}'
            if isinstance(cell, datetime.date):
                written.append(f'<c r="{at}" s="2"><v>{serial(cell)}.0</v></c>')
            elif isinstance(cell, bool):
                written.append(f'<c r="{at}" s="1" t="b"><v>{int(cell)}</v></c>')
            elif isinstance(cell, (int, float)):
                written.append(f'<c r="{at}" s="1"><v>{float(cell)}</v></c>')
            elif cell is None:
                written.append(f'<c r="{at}" s="1"/>')
            else:
                strings.append(f'<si><t xml:space="preserve">{escaped(cell).replace("_x0041_", "_x005F_x0041_")}</t></si>')
                written.append(f'<c r="{at}" s="1" t="s"><v>{len(strings) - 1}</v></c>')
        rows.append(f'<row r="{row}" ht="15.75" customHeight="1">{"".join(written)}</row>')
    rows.append("".join(f'<row r="{row}"><c r="A{row}" s="1"/></row>' for row in range(8, 1001)))
    package("list-like-google.xlsx", {
        "[Content_Types].xml": CONTENT_TYPES,
        "_rels/.rels": RELS.format(target="xl/workbook.xml"),
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{R}"><workbookPr/><sheets><sheet state="visible" name="Лист 1" sheetId="1" r:id="rId4"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": BOOK_RELS.format(relationships="".join([
            RELATIONSHIP.format(id="rId4", kind="worksheet", target="worksheets/sheet1.xml"),
            RELATIONSHIP.format(id="rId3", kind="sharedStrings", target="sharedStrings.xml"),
            RELATIONSHIP.format(id="rId2", kind="styles", target="styles.xml"),
        ])),
        "xl/styles.xml": f'<styleSheet xmlns="{MAIN}"><numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy-mm-dd"/></numFmts><cellXfs><xf numFmtId="0"/><xf numFmtId="0"/><xf numFmtId="164"/></cellXfs></styleSheet>',
        "xl/sharedStrings.xml": f'<sst xmlns="{MAIN}">{"".join(strings)}</sst>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{MAIN}"><sheetData>{"".join(rows)}</sheetData><mergeCells><mergeCell ref="F6:F7"/></mergeCells></worksheet>',
    })


def bare():
    """The least that a workbook needs: no r=, inline strings, ISO dates, no styles, no shared strings, stored part names
    in another case."""
    rows, before = [], 0
    for row, cells in {1: HEADER, **ROWS}.items():
        rows.extend(["<row/>"] * (row - before - 1))
        before = row
        written = []
        for cell in cells:
            if isinstance(cell, datetime.date):
                written.append(f'<c t="d"><v>{cell.isoformat()}T00:00:00.000Z</v></c>')
            elif isinstance(cell, bool):
                written.append(f'<c t="b"><v>{str(cell).lower()}</v></c>')
            elif isinstance(cell, (int, float)):
                written.append(f'<c t="n"><v>{cell}</v></c>')
            elif cell is None:
                written.append("<c/>")
            else:
                kept = escaped(cell).replace("_x0041_", "_x005F_x0041_")
                written.append(f'<c t="inlineStr"><is><t xml:space="preserve">{kept}</t></is></c>')
        rows.append(f'<row>{"".join(written)}</row>')
    package("list-bare.xlsx", {
        "[Content_Types].xml": CONTENT_TYPES,
        "_rels/.rels": RELS.format(target="xl/workbook.xml"),
        "xl/Workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{R}"><sheets><sheet name="A" sheetId="1" r:id="a"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": BOOK_RELS.format(relationships=RELATIONSHIP.format(id="a", kind="worksheet", target="worksheets/sheet1.xml")),
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{MAIN}"><sheetData>{"".join(rows)}</sheetData><mergeCells><mergeCell ref="F6:F7"/></mergeCells></worksheet>',
    })


def formulas():
    """Results of formulas, errors among them; then the same from LibreOffice; then formulas without results."""
    book = xlsxwriter.Workbook(HERE / "formulas-xlsxwriter.xlsx")
    sheet = book.add_worksheet("People")
    sheet.write_row(0, 0, ["Text", "Number", "Error", "Truth"])
    sheet.write_formula(1, 0, '="a"&"b"', None, "ab")
    sheet.write_formula(1, 1, "=6*7", None, 42)
    sheet.write_formula(1, 2, "=NA()", None, "#N/A")
    sheet.write_formula(1, 3, "=1=1", None, "TRUE")
    book.close()
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["Text", "Number", "Error", "Truth"])
    sheet.append(['="a"&"b"', "=6*7", "=NA()", "=1=1"])
    book.save(HERE / "formulas-openpyxl.xlsx")
    convert("formulas-openpyxl.xlsx", "formulas-libreoffice.xlsx")


def convert(source, target):
    out = HERE / "converted"
    subprocess.run(["soffice", "--headless", "--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", out, HERE / source], check=True)
    (out / source).rename(HERE / target)
    out.rmdir()


def csv(name, encoding, delimiter, ending, mark=b"", preamble=""):
    quoted = lambda cell: '"' + cell.replace('"', '""') + '"' if any(c in cell for c in '",;\t|\n\r') else cell
    rows = {1: HEADER, **ROWS_AS_TEXT}
    rows[3] = [*rows[3][:-1], "'=1+1"]
    rows[7] = [*rows[7][:5], "Operations", rows[7][6]]
    text = preamble
    for row in range(1, 8):
        text += delimiter.join(map(quoted, rows.get(row, []))) + ending
    (HERE / name).write_bytes(mark + text.encode(encoding))


def encodings():
    """Lists that only one encoding can be read as."""
    (HERE / "people-windows-1251.csv").write_bytes("Имя;Почта\r\nБорис;boris@example.org\r\n".encode("windows-1251"))
    (HERE / "people-windows-1252.csv").write_bytes("Name;E-mail\r\nZoë – “Zo”;zoe@example.org\r\n".encode("windows-1252"))
    (HERE / "people-shift-jis.csv").write_bytes("名前,メール\r\n山田,yamada@example.org\r\n".encode("shift_jis"))
    (HERE / "people-iso-2022-jp.csv").write_bytes("名前,メール\r\n山田,yamada@example.org\r\n".encode("iso-2022-jp"))


def main():
    by_openpyxl()
    by_xlsxwriter()
    like_excel()
    like_google()
    bare()
    csv("list-utf-8.csv", "utf-8", ",", "\r\n")
    csv("list-utf-8-mark.csv", "utf-8", ";", "\n", b"\xef\xbb\xbf")
    csv("list-utf-16le.csv", "utf-16-le", "\t", "\r\n", b"\xff\xfe")
    csv("list-utf-16be.csv", "utf-16-be", "|", "\n", b"\xfe\xff")
    csv("list-return.csv", "utf-8", ",", "\r")
    encodings()
    if "--without-soffice" not in sys.argv:
        convert("list-openpyxl.xlsx", "list-libreoffice.xlsx")
        formulas()


main()
