"""Searching, paging, opening, writing: every function of the first issue, through a socket."""

import secrets

import pytest

from adapters.legacy_sonar.standin.views import BY_NAME, VIEWS
from adapters.legacy_sonar.standin.visitor import CLIENTS, FORM, MESSAGES, PATH

LIST, ZOEK = "SNR Klant List Applet", "SNR Klant Zoek Applet"
CONTACT = "SNR Klant Contactgegevens View"
PERSON_VIEWS = [view.name for view in VIEWS if view.screen == "SNR Klant Screen" and view.main.set != 1]


async def test_a_bsn_finds_its_person_in_any_region(visitor, people):
    """The legacy enforces nothing by region: the adviser of AM01 finds a person of elsewhere by BSN."""
    person = people["out_of_region"]
    reply = await visitor.search_bsn(person["bsn"])
    assert reply.rows == [person["row_id"]]
    assert '<span class="teller">1 - 1 van 1</span>' in reply.text
    assert reply.control("s_1_1_10_0") == person["region"]


async def test_a_leading_zero_is_lost_on_the_page_and_found_both_ways(visitor, seeded):
    """A BSN with a leading zero is shown as a number; a search finds it with and without the zero."""
    old = next(p for p in seeded.tables["client"].values() if p["bsn"].startswith("0"))
    for written in (old["bsn"], old["bsn"][1:]):
        reply = await visitor.search_bsn(written)
        assert old["row_id"] in reply.rows
        assert reply.control("s_1_1_7_0") == old["bsn"][1:]


async def test_paging_carries_no_query(visitor):
    """GotoNextSet shows the following ten of the last query, and the counter says so; back and ends work."""
    first = await visitor.search(("s_1_1_5_0", ">=01-01-1950"))
    second = await visitor.next_page()
    total = int(first.text.split('<span class="teller">1 - 10 van ')[1].split("<")[0])
    assert f"11 - 20 van {total}" in second.text
    assert not set(first.rows) & set(second.rows)
    assert (await visitor.next_page(method="GotoPreviousSet")).rows == first.rows
    last = await visitor.next_page(method="GotoLastSet")
    assert '<span class="uit">Volgende</span>' in last.text
    assert len(last.rows) == (total - 1) % 10 + 1


async def test_a_row_is_one_line_and_names_itself_nowhere_else(visitor):
    """What names a row is its <tr> line and its hidden SWERowId line: cutting both removes every trace."""
    reply = await visitor.search_name("*a*")
    for index, row in enumerate(reply.rows):
        holding = [line for line in reply.text.split("\r\n") if row in line]
        assert len(holding) == 2
        assert holding[0].startswith(f'<tr class="rij" id="r_1_1_{index}" title="')
        assert holding[0].endswith("</tr>")
        assert holding[1] == f'<input type="hidden" name="SWERowId{index}" value="{row}">'


async def test_sorting_and_named_queries(visitor, seeded):
    """SortDescending orders the whole list; `Mijn klanten` is the caseload."""
    await visitor.search_name("*a*")
    reply = await visitor.invoke("SortDescending", CLIENTS, LIST, ("SWEField", "s_1_1_7_0"))
    numbers = [int(reply.control(f"s_1_1_7_{row}")) for row in range(len(reply.rows))]
    assert numbers == sorted(numbers, reverse=True)
    mine = await visitor.invoke("ExecuteNamedQuery", CLIENTS, LIST, ("SWEQueryName", "Mijn klanten"))
    assert {seeded.record(row)["caseload_owner"] for row in mine.rows} == {"AWE0421"}


async def test_refining_adds_to_the_query(visitor):
    """RefineQuery keeps the earlier criteria."""
    await visitor.search(("s_1_1_6_0", "V"))
    reply = await visitor.invoke("RefineQuery", CLIENTS, ZOEK, ("s_1_1_10_0", "AM06"))
    assert {reply.control(f"s_1_1_{c}_{row}") for row in range(len(reply.rows)) for c in (6, 10)} == {"V", "AM06"}


@pytest.mark.parametrize("name", PERSON_VIEWS)
async def test_every_view_of_a_person_identifies_him(visitor, people, name):
    """Every view of one person holds his row id and his BSN, in the main form or the head."""
    person, number = people["in_region"], BY_NAME[name].main.set
    reply = await visitor.open_client(person["row_id"], name)
    place = {2: "s_2_1_3_0", 3: "s_3_1_1_0"}.get(number, f"s_{number}_9_1_0")
    assert reply.control(place) == person["bsn"]
    assert f'value="{person["row_id"]}"' in reply.text


@pytest.mark.parametrize("name", PERSON_VIEWS)
async def test_without_a_current_record_a_view_is_empty(visitor, name):
    """A fresh session has no current record: the view tells so and shows nobody."""
    reply = await visitor.open_client("", name)
    assert "Geen record geselecteerd (SNR-0003)" in reply.text
    assert reply.rows == []


async def test_a_call_without_row_id_acts_on_the_current_record(visitor, people):
    """The cursor follows Drilldown, and a query moves it to its first row."""
    person = people["staff"]
    await visitor.drill(person["row_id"], rpc=True)
    assert (await visitor.open_client("", "SNR CV View")).control("s_6_9_1_0") == person["bsn"]
    found = await visitor.search_name("*a*")
    assert found.rows[0] in (await visitor.open_client("", "SNR Klantbeeld View")).rows


async def test_the_clicked_column_decides_the_view(visitor, people):
    """Surname drills to the identity view, BSN to the overview; without a row id the row number of the field counts."""
    found = await visitor.search_bsn(people["staff"]["bsn"])
    assert "Persoonsgegevens</span>" in (await visitor.drill(found.rows[0], "s_1_1_2_0")).text
    await visitor.search_bsn(people["staff"]["bsn"])
    reply = await visitor.invoke("Drilldown", CLIENTS, LIST, ("SWEField", "s_1_1_7_0"))
    assert reply.control("s_2_1_3_0") == people["staff"]["bsn"]


async def test_an_rpc_answer_is_the_fragment_alone(visitor, people):
    """SWERPC=1 answers the form without page around it."""
    reply = await visitor.drill(people["staff"]["row_id"], rpc=True)
    assert reply.text.startswith('<form name="SWEForm2_0"')
    assert "</html>" not in reply.text


async def test_unknown_tokens_are_ignored_and_show_the_current_view(visitor, people):
    """An unknown command, method or argument gives the current view again, with its current record."""
    await visitor.open_client(people["staff"]["row_id"])
    for fields in ([("SWECmd", "Anders")], [("SWECmd", "InvokeMethod"), ("SWEMethod", "Anders")], [("Onzin", "1")]):
        assert (await visitor.get(*fields)).control("s_2_1_3_0") == people["staff"]["bsn"]


async def test_a_contact_update_raises_the_modnum_and_a_stale_one_changes_nothing(standin, visitor, people):
    """The number on the page is accepted once; the second use is stale and is not applied."""
    row = people["caseload"]["row_id"]
    before = (await visitor.open_client(row, CONTACT)).modnum
    done = await visitor.update_contact(row, before, ("s_5_1_1_0", "050-9900321"))
    assert "Record gewijzigd" in done.text
    assert int(done.modnum) == int(before) + 1
    stale = await visitor.update_contact(row, before, ("s_5_1_1_0", "050-9900999"))
    assert "De gegevens zijn door een andere gebruiker gewijzigd (SNR-0010) " in stale.text
    assert standin.control(f"/record/{row}")["record"]["phone"] == "050-9900321"
    assert standin.mutations == {"contact.update": 1}


@pytest.mark.parametrize(
    ("wrong", "label"), [(("s_5_1_3_0", "geen adres"), "E-mail"), (("s_5_1_5_0", "123"), "Postcode")]
)
async def test_a_rejected_value_names_its_field(standin, visitor, people, wrong, label):
    """A wrong value rejects the record with the label of the field."""
    reply = await visitor.update_contact(people["caseload"]["row_id"], "", wrong)
    assert f"Waarde niet toegestaan in veld {label} (SNR-0012) " in reply.text
    assert standin.mutations == {}


async def test_a_note_keeps_every_byte(standin, visitor, people):
    """A note with €, curly quotes and an undefined byte comes back byte for byte, exactly once."""
    row, text = people["caseload"]["row_id"], "mag max 4 uur ± “€ 5” \x81 einde"
    reply = await visitor.create_note(row, text)
    assert "mag max 4 uur ± “€ 5” \x81 einde".encode("cp1252", "sonar-debris") in reply.body
    notes = [note for note in standin.control(f"/record/{row}")["children"]["note"] if note["text"] == text]
    assert len(notes) == 1
    assert notes[0]["author"] == "AWE0421"
    assert standin.mutations == {"note.create": 1}


async def test_an_empty_note_is_rejected_and_the_two_step_way_works(standin, visitor, people):
    """NewRecord without data gives an edit form; WriteRecord then stores it; UndoRecord drops it."""
    row, view, applet = people["caseload"]["row_id"], "SNR Contacthistorie View", "SNR Contactverslag List Applet"
    assert "veld Verslag (SNR-0012)" in (await visitor.create_note(row, " ")).text
    await visitor.invoke("NewRecord", view, applet, ("SWERowIds", row))
    assert (
        "Record toegevoegd"
        in (await visitor.invoke("WriteRecord", view, applet, ("s_4_1_6_0", "in twee stappen"))).text
    )
    await visitor.invoke("NewRecord", view, applet, ("SWERowIds", row))
    await visitor.invoke("UndoRecord", view, applet)
    assert standin.mutations == {"note.create": 1}


async def test_writing_a_note_on_a_person_as_in_the_example(standin, visitor, people):
    """WriteRecord with a person's row id in the notes view adds a note, and his ModNum is checked."""
    row, view = people["caseload"]["row_id"], "SNR Contacthistorie View"
    fields = (("SWERowId", row), ("SWEReqRowId", "1"), ("s_4_1_6_0", "gesprek gevoerd"))
    assert (
        "SNR-0010"
        in (await visitor.invoke("WriteRecord", view, "SNR Contactverslag Form", ("SWEModNum", "9999"), *fields)).text
    )
    assert "Record toegevoegd" in (await visitor.invoke("WriteRecord", view, "SNR Contactverslag Form", *fields)).text
    assert standin.mutations == {"note.create": 1}


@pytest.mark.parametrize(
    "move",
    [
        [("SWECmd", "GotoView"), ("SWEView", "SNR CV View")],
        [("SWECmd", "GotoPageTab"), ("SWEScreen", "SNR Vacature Screen")],
        [("SWECmd", "InvokeMethod"), ("SWEMethod", "ToggleTo"), ("SWEView", CONTACT)],
        [("SWECmd", "InvokeMethod"), ("SWEMethod", "PositionOnRow"), ("SWEView", CONTACT)],
        [("SWECmd", "InvokeMethod"), ("SWEMethod", "SortAscending"), ("SWEApplet", LIST), ("SWEField", "s_1_1_2_0")],
    ],
)
async def test_a_read_that_carries_changed_fields_saves(standin, visitor, people, move):
    """A navigation with changed field data writes the current record; unchanged data or none writes nothing."""
    row = people["caseload"]["row_id"]
    opened = await visitor.open_client(row, CONTACT)
    await visitor.get(*move)
    await visitor.get(*move, ("s_5_1_2_0", opened.control("s_5_1_2_0")))
    assert standin.mutations == {}
    await visitor.open_client(row, CONTACT)
    await visitor.get(*move, ("s_5_1_2_0", f"06-{secrets.randbelow(10**8):08d}"))
    assert standin.mutations == {"contact.update": 1}


async def test_identity_is_written_but_the_bsn_is_read_only(standin, visitor, people):
    """The street changes; a BSN in the request is ignored."""
    row = people["caseload"]["row_id"]
    fields = (("SWERowId", row), ("s_3_1_9_0", "Coördinatiestraat"), ("s_3_1_1_0", "123456782"))
    reply = await visitor.invoke("WriteRecord", "SNR Klant Persoon View", "SNR Persoon Form", *fields)
    assert reply.control("s_3_1_9_0") == "Coördinatiestraat"
    assert reply.control("s_3_1_1_0") == people["caseload"]["bsn"]
    assert standin.mutations == {"identity.update": 1}


async def test_vacancies_are_searched_changed_and_made(standin, visitor):
    """Search by region, open, write with ModNum (ok and stale), create with an employer."""
    found = await visitor.search_vacancies(("s_11_1_6_0", "AM06"))
    assert {found.control(f"s_11_1_6_{row}") for row in range(len(found.rows))} == {"AM06"}
    opened = await visitor.drill(found.rows[0], "s_11_1_1_0")
    write = (
        "WriteRecord",
        "SNR Vacature View",
        "SNR Vacature Form",
        ("SWERowId", found.rows[0]),
        ("SWEModNum", opened.modnum),
    )
    changed = await visitor.invoke(*write, ("s_12_1_2_0", "Kok – avond"))
    assert changed.control("s_12_1_2_0") == "Kok – avond"
    assert "SNR-0010" in (await visitor.invoke(*write, ("s_12_1_2_0", "x"))).text
    made = await visitor.invoke(
        "NewRecord",
        "SNR Vacature View",
        "SNR Vacature Form",
        ("s_12_1_2_0", "Lasser"),
        ("s_12_1_5_0", opened.control("s_12_1_5_0")),
    )
    assert made.control("s_12_1_4_0") == opened.control("s_12_1_4_0")
    assert made.control("s_12_1_15_0") == "Open"
    assert standin.mutations == {"vacancy.update": 1, "vacancy.create": 1}


async def test_an_employer_opens_from_a_vacancy_and_from_his_list(visitor):
    """The employer column of a vacancy opens the employer of that vacancy."""
    found = await visitor.search_vacancies(("s_11_1_6_0", "AM18"))
    name = found.control("s_11_1_4_0")
    reply = await visitor.drill(found.rows[0], "s_11_1_4_0")
    assert reply.control("s_13_1_2_0") == name
    listed = await visitor.get(("SWECmd", "GotoView"), ("SWEView", "SNR Werkgever Zoek View"))
    assert len(listed.rows) == 10


async def test_candidates_come_from_everywhere_and_need_a_vacancy(visitor, seeded):
    """Without a vacancy number the search is refused; with one it shows persons of all regions who want that work."""
    assert "VacatureId is verplicht (SNR-0022) " in (await visitor.search_candidates("")).text
    vacancy = next(v for v in seeded.tables["vacancy"].values() if v["region"] == "AM01")
    found = await visitor.search_candidates(vacancy["vacancy_id"])
    assert found.rows
    assert {seeded.record(row)["occupation_code"] for row in found.rows} == {vacancy["occupation_code"]}
    opened = await visitor.drill(found.rows[0], "s_14_1_3_0")
    assert opened.control("s_17_1_2_0").zfill(9) == seeded.record(found.rows[0])["bsn"]


async def test_a_message_goes_to_whom_it_names_and_else_to_the_whole_list(standin, visitor, seeded):
    """The recipients are the clients that were found, else the own ones; what is attached goes along."""
    row = seeded.ordered("client")[0]
    found = (await visitor.search_bsn(seeded.record(row)["bsn"])).rows
    opened = await visitor.open_client("", MESSAGES)
    assert opened.rows == [each for each in found if each]
    assert "Bericht verzonden" in (await visitor.send_message([], "Kom", ("s_19_2_3_0", "lijst.xls"))).text
    assert "veld Bericht (SNR-0012)" in (await visitor.send_message([row], " ")).text
    assert "Record niet gevonden (SNR-0004)" in (await visitor.send_message(["1-7ZZZZZ"], "Kom")).text
    sent = standin.control("/counters")["recent"][-1]["values"]
    assert (sent["recipients"], sent["attachment"]) == (",".join(found), "lijst.xls")
    assert standin.mutations == {"message.create": 1}


async def test_a_referral_needs_an_existing_vacancy(standin, visitor, people, seeded):
    """A referral to an unknown vacancy is rejected, one to a known vacancy is stored once."""
    row, vacancy = people["caseload"]["row_id"], next(iter(seeded.tables["vacancy"].values()))
    assert "veld VacatureId (SNR-0012)" in (await visitor.refer(row, "0000000")).text
    assert "Record toegevoegd" in (await visitor.refer(row, vacancy["vacancy_id"])).text
    assert standin.mutations == {"referral.create": 1}


async def test_persons_cannot_be_deleted_and_notes_can(standin, visitor, people):
    """DeleteRecord: refused on a person, done on a note, unknown row ids are told."""
    row, view, applet = people["caseload"]["row_id"], "SNR Contacthistorie View", "SNR Contactverslag List Applet"
    assert (
        "SNR-0031"
        in (await visitor.invoke("DeleteRecord", "SNR Klantbeeld View", "SNR Klant Form", ("SWERowId", row))).text
    )
    note = (await visitor.create_note(row, "weg ermee")).text.split('name="SWERowId0" value="1-N')[1].split('"')[0]
    assert "Record verwijderd" in (await visitor.invoke("DeleteRecord", view, applet, ("SWERowId", f"1-N{note}"))).text
    assert standin.mutations == {"note.create": 1, "note.delete": 1}
    assert "SNR-0004" in (await visitor.open_client("1-7ZZZZZ")).text


async def test_named_applet_cached_frame_and_questions(visitor, people):
    """GetApplet gives one fragment, GetCachedFrame the page before, CanInvokeMethod and Ping answer words."""
    page = await visitor.open_client(people["staff"]["row_id"], "SNR CV View")
    assert (await visitor.get(("SWECmd", "GetCachedFrame"))).body == page.body
    part = await visitor.get(("SWECmd", "GetApplet"), ("SWEApplet", "SNR CV Form"))
    assert part.text.startswith('<form name="SWEForm6_0"')
    assert (await visitor.get(("SWECmd", "Ping"))).text == "OK"
    words = [(await visitor.get(("SWECmd", "C"), ("SWEMethod", name))).text for name in ("ExportList", "Anders")]
    assert words == ["TRUE", "FALSE"]


@pytest.mark.parametrize(
    "link",
    [
        "C=Gv&V=SNR+Klant+Zoek+View&AC=C=Inv&M=ExportList",
        "SWECmd=Gv&SWEView=SNR+Klant+Zoek+View&SWEAC=SWECmd=InvokeMethod&SWEMethod=ExportList",
        "SWECmd=Gv&SWEAC=SWECmd%3dInvokeMethod&SWEMethod=ExportList",
        "SWECmd=Gv&SWEAC=SWECmd%253dInvokeMethod&SWEMethod=ExportList",
        "SWECmd=Gv&SWEAC=SWECmd%3DInvokeMethod%26SWEMethod%3DExportList",
        "SWECmd=Gv&SWEAC=SWECmd=Gv&SWEAC=SWECmd=Inv&SWEMethod=ExportList",
        "SWECmd=GotoView&SWEView=SNR+Klant+Zoek+View&SWEQMApplet=SNR+Klant+List+Applet&SWEQMMethod=ExportList",
        "SWECmd=InvokeMethod&SWEMethod=ExecuteQuery&SWEMethod=ExportList",
        "SWECmd=InvokeMethod&swemethod=ExportList",
        "SWECmd=InvokeMethod&%53WEMethod=ExportList",
        "SWECmd=InvokeMethod&SWEMethod%00x=ExportList",
        "SWECmd=InvokeMethod&SWEMethod+=ExportList",
    ],
)
async def test_every_disguise_of_an_export_works_on_the_legacy(visitor, people, link):
    """Short forms, chains in every encoding, duplicates, case, NUL, blanks: the legacy exports in each case."""
    await visitor.search_bsn(people["out_of_region"]["bsn"])
    reply = await visitor.exchange("GET", f"{PATH}?{link}")
    assert reply.header("Content-Disposition").startswith('attachment; filename="klanten_')
    assert people["out_of_region"]["bsn"] in reply.text


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("text/plain", b"SWECmd=InvokeMethod&SWEMethod=ExportList"),
        ("", b"SWECmd=InvokeMethod&SWEMethod=ExportList"),
        (
            "text/html",
            b'<EXEC><CMD NAME="SWECmd" VALUE="InvokeMethod"><ARG NAME="SWEMethod">ExportList</ARG></CMD></EXEC>',
        ),
        (
            "multipart/form-data; boundary=xx",
            b'--xx\r\nContent-Disposition: form-data; name="SWECmd"\r\n\r\nInvokeMethod\r\n--xx\r\nContent-Disposition: form-data; name="SWEMethod"\r\n\r\nExportList\r\n--xx--\r\n',
        ),
        (FORM, b"SWECmd=InvokeMethod&SWEMethod=ExportList"),
    ],
)
async def test_a_body_is_read_whatever_its_type(visitor, people, kind, body):
    """Text, no type, XML, multipart, and a body on GET: the legacy reads them all; the body beats the query."""
    await visitor.search_bsn(people["out_of_region"]["bsn"])
    headers = [("Content-Type", kind)] if kind else []
    for method in ("POST", "GET"):
        reply = await visitor.exchange(method, f"{PATH}?SWECmd=GotoView", body, headers)
        assert "Content-Disposition" in dict(reply.headers)


async def test_raw_bytes_in_the_query_are_cp1252(visitor):
    """An old browser sends ü as the byte 0xFC; the search finds the same as with %FC."""
    encoded = await visitor.search_name("Müller*")
    request = f"GET {PATH}?SWECmd=InvokeMethod&SWEMethod=ExecuteQuery&SWEApplet=SNR+Klant+Zoek+Applet&s_1_1_2_0=Müller* HTTP/1.1\r\n"
    raw = await visitor.raw(
        request.encode("latin-1") + f"Host: x\r\nCookie: _sn={visitor.cookies['_sn']}\r\n\r\n".encode()
    )
    assert raw.rows == encoded.rows != []


async def test_the_worklist_holds_the_caseload_and_tasks_of_elsewhere(visitor, seeded):
    """The work list begins with the own persons and ends with five others."""
    rows, reply = [], await visitor.worklist()
    while True:
        rows += reply.rows
        if '<span class="uit">Volgende</span>' in reply.text:
            break
        reply = await visitor.next_page("SNR Werkvoorraad View", "SNR Taak List Applet")
    owners = [seeded.record(row)["caseload_owner"] for row in rows]
    assert set(owners[:-5]) == {"AWE0421"}
    assert "AWE0421" not in owners[-5:]
