"""The script of the recordings: one walk through everything that the stand-in can answer.

Rule: a name is a claim about the answer (`contact_write_stale`); a name that is used again gets a number.
"""

from __future__ import annotations

from adapters.legacy_sonar.standin import search
from adapters.legacy_sonar.standin.applets import View
from adapters.legacy_sonar.standin.operator import choice
from adapters.legacy_sonar.standin.people import PASSWORDS
from adapters.legacy_sonar.standin.recorder import Recorder
from adapters.legacy_sonar.standin.seed import Record
from adapters.legacy_sonar.standin.views import VIEWS
from adapters.legacy_sonar.standin.visitor import CLIENTS, EAI, LISTS, MESSAGES, PATH, SOAP_HEADERS, Reply, soap_body

CLIENT_LIST, CLIENT_FORM = "SNR Klant List Applet", "SNR Klant Zoek Applet"


def _slug(view: View) -> str:
    return view.title.lower().replace(" ", "_")


async def _enter(pen: Recorder, user: str) -> Reply:
    return await pen.login(user, PASSWORDS[user])


async def _logins(pen: Recorder) -> None:
    pen.name = "login_page"
    await pen.exchange("GET", PATH)
    for pen.name, user, password in (
        ("login_failed", "AWE0421", "fout"), ("login_unknown_user", "AWE9999", "fout"), ("login_password_expired", "EXPIRED1", PASSWORDS["EXPIRED1"]),
        ("login_euro_password", "KCC0002", PASSWORDS["KCC0002"]), ("login_ok", "AWE0421", PASSWORDS["AWE0421"]),
    ):  # fmt: skip
        await pen.login(user, password)
    for pen.name in ("login_wrong_again",) * 5 + ("login_locked",):
        await pen.login("PLN0101", "fout")
    pen.name = "login_get_credentials_in_url"
    await pen.exchange("GET", f"{PATH}?SWECmd=Xlg&U=AWE0421&Pw={PASSWORDS['AWE0421']}&SWEC=1")
    pen.name = "login_applet"
    await pen.exchange(
        "POST",
        PATH,
        f"SWECmd=InvokeMethod&SWEMethod=AppletLogin&SWEView=Login+View&SWEApplet=Login+Applet&s_1_1_1_0=AWE0421&s_1_1_2_0={PASSWORDS['AWE0421']}".encode(),
    )


async def _lists(pen: Recorder, client: Record) -> None:
    pen.name = "worklist"
    await pen.worklist()
    pen.name = "worklist_drilldown_rpc"
    await pen.drill(client["row_id"], "s_10_1_3_0", rpc=True)
    pen.name = "client_query_form"
    await pen.invoke("NewQuery", CLIENTS, CLIENT_FORM)
    for pen.name, *criteria in (
        ("client_search_bsn", ("s_1_1_7_0", client["bsn"])), ("client_search_nothing", ("s_1_1_7_0", "123456782")), ("client_search_name", ("s_1_1_2_0", "V*")),
        ("client_search_all", ("s_1_1_5_0", ">=01-01-1970"), ("s_1_1_9_0", "")),
    ):  # fmt: skip
        await pen.invoke("ExecuteQuery", CLIENTS, CLIENT_FORM, *criteria)
    for pen.name, method in (
        ("client_next_set", "GotoNextSet"),
        ("client_last_set", "GotoLastSet"),
        ("client_previous_set", "GotoPreviousSet"),
        ("client_first_set", "GotoFirstSet"),
    ):
        await pen.next_page(method=method)
    pen.name = "client_sorted"
    await pen.invoke("SortDescending", CLIENTS, CLIENT_LIST, ("SWEField", "s_1_1_5_0"))
    pen.name = "client_next_set_rpc"
    await pen.invoke("GotoNextSet", CLIENTS, CLIENT_LIST, ("SWERPC", "1"))
    pen.name = "client_search_expression"
    await pen.invoke("ExecuteQuery", CLIENTS, CLIENT_FORM, ("s_1_1_2_0", 'Bakker* OR [BSN] LIKE "9999900*"'))
    for pen.name, form in (("client_export_xls", "XLS"), ("client_export_csv", "CSV")):
        await pen.export(form)
    pen.name = "client_export_chained_short"
    await pen.exchange("GET", f"{PATH}?C=Gv&V=SNR+Klant+Zoek+View&AC=C=Inv&M=ExportList")
    pen.name = "client_search_unreadable"
    await pen.invoke("ExecuteQuery", CLIENTS, CLIENT_FORM, ("s_1_1_2_0", "=X) OR (1=1"))
    pen.name = "client_search_national"
    await pen.invoke("ExecuteQuery", "SNR Klant Zoek Alle Organisaties View", CLIENT_FORM, ("s_1_1_7_0", client["bsn"]))


async def _views(pen: Recorder, label: str, person: Record) -> None:
    pen.name = f"{label}_drilldown_rpc"
    await pen.drill(person["row_id"], rpc=True)
    pen.name = f"{label}_drilldown"
    await pen.drill(person["row_id"])
    for view in VIEWS:
        if view.screen == "SNR Klant Screen" and view.main.set != 1:
            pen.name = f"{label}_{_slug(view)}"
            await pen.open_client(person["row_id"], view.name)


async def _no_record(pen: Recorder) -> None:
    for view in VIEWS:
        if view.screen == "SNR Klant Screen" and view.main.set != 1:
            pen.name = f"no_record_{_slug(view)}"
            await pen.open_client("", view.name)


async def _writes(pen: Recorder, person: Record) -> None:
    row, contact = person["row_id"], "SNR Klant Contactgegevens View"
    pen.name = "contact_open"
    await pen.open_client(row, contact)
    modnum = person["modnum"]
    pen.name = "contact_write_ok"
    await pen.update_contact(row, modnum, ("s_5_1_1_0", "050-9900777"))
    pen.name = "contact_write_stale"
    await pen.update_contact(row, modnum, ("s_5_1_1_0", "050-9900778"))
    pen.name = "contact_write_stale_rpc"
    await pen.update_contact(row, modnum, ("s_5_1_1_0", "050-9900778"), ("SWERPC", "1"))
    pen.name = "contact_write_rejected"
    await pen.update_contact(row, "", ("s_5_1_3_0", "geen adres"))
    pen.name = "contact_write_ok_rpc"
    await pen.update_contact(row, "", ("s_5_1_3_0", "ander@voorbeeld.example"), ("SWERPC", "1"))
    pen.name = "identity_write_ok"
    await pen.invoke(
        "WriteRecord",
        "SNR Klant Persoon View",
        "SNR Persoon Form",
        ("SWERowId", row),
        ("s_3_1_9_0", "Coördinatiestraat"),
    )
    pen.name = "contact_goto_saves"
    await pen.get(("SWECmd", "GotoView"), ("SWEView", "SNR CV View"), ("s_5_1_2_0", "06-00000999"))
    pen.name = "record_unknown"
    await pen.open_client("1-7ZZZZZ")
    pen.name = "note_create"
    await pen.create_note(row, "gesprek gevoerd; mag max 4 uur ±, “€ 5” \x81")
    pen.name = "note_new_form"
    await pen.invoke("NewRecord", "SNR Contacthistorie View", "SNR Contactverslag List Applet", ("SWERowIds", row))
    pen.name = "note_new_undone"
    await pen.invoke("UndoRecord", "SNR Contacthistorie View", "SNR Contactverslag List Applet")
    pen.name = "note_write_on_person"
    await pen.invoke(
        "WriteRecord",
        "SNR Contacthistorie View",
        "SNR Contactverslag Form",
        ("SWERowId", row),
        ("SWEReqRowId", "1"),
        ("s_4_1_6_0", "tweede verslag"),
    )
    pen.name = "person_delete_refused"
    await pen.invoke("DeleteRecord", "SNR Klantbeeld View", "SNR Klant Form", ("SWERowId", row))


async def _work(pen: Recorder, person: Record) -> None:
    store = pen.application.store
    vacancy = next(v for v in store.tables["vacancy"].values() if v["region"] == "AM01" and v["status"] == "Open")
    pen.name = "vacancy_all"
    await pen.get(("SWECmd", "GotoPageTab"), ("SWEScreen", "SNR Vacature Screen"))
    pen.name = "vacancy_search"
    await pen.search_vacancies(("s_11_1_6_0", "AM01"), ("s_11_1_9_0", "Open"))
    pen.name = "vacancy_next_set"
    await pen.next_page("SNR Vacature Zoek View", "SNR Vacature List Applet")
    pen.name = "vacancy_open"
    await pen.drill(vacancy["row_id"], "s_11_1_1_0")
    pen.name = "vacancy_write_ok"
    await pen.invoke(
        "WriteRecord",
        "SNR Vacature View",
        "SNR Vacature Form",
        ("SWERowId", vacancy["row_id"]),
        ("SWEModNum", vacancy["modnum"]),
        ("s_12_1_2_0", "Kok (m/v) – avond"),
    )
    pen.name = "vacancy_write_stale"
    await pen.invoke(
        "WriteRecord",
        "SNR Vacature View",
        "SNR Vacature Form",
        ("SWERowId", vacancy["row_id"]),
        ("SWEModNum", "99"),
        ("s_12_1_2_0", "x"),
    )
    pen.name = "vacancy_create"
    await pen.invoke(
        "NewRecord",
        "SNR Vacature View",
        "SNR Vacature Form",
        ("s_12_1_2_0", "Lasser"),
        ("s_12_1_5_0", vacancy["kvk"]),
        ("s_12_1_9_0", "AM01"),
    )
    pen.name = "vacancy_export_csv"
    await pen.export("CSV", "SNR Vacature Zoek View", "SNR Vacature List Applet")
    await _match(pen, person, vacancy)


async def _match(pen: Recorder, person: Record, vacancy: Record) -> None:
    pen.name = "employer_from_vacancy"
    await pen.drill(vacancy["row_id"], "s_11_1_4_0")
    pen.name = "employer_list"
    await pen.get(("SWECmd", "GotoView"), ("SWEView", "SNR Werkgever Zoek View"))
    pen.name = "candidate_search_without_vacancy"
    await pen.search_candidates("")
    pen.name = "candidate_search"
    found = await pen.search_candidates(vacancy["vacancy_id"])
    pen.name = "candidate_drilldown"
    await pen.drill(found.rows[0], "s_14_1_3_0")
    pen.name = "candidate_drilldown_rpc"
    await pen.drill(found.rows[0], "s_14_1_3_0", rpc=True)
    pen.name = "candidate_export_xls"
    await pen.export("XLS", "SNR Match Kandidaat View", "SNR Match Kandidaat List Applet")
    pen.name = "referral_create"
    await pen.refer(person["row_id"], vacancy["vacancy_id"], "voorgedragen")
    pen.name = "referral_rejected"
    await pen.refer(person["row_id"], "0000000")


async def _soap(pen: Recorder, person: Record) -> None:
    pen.user, wrong = "GEM0106", soap_body(("GEM0106", "fout"), person["bsn"])
    secret = PASSWORDS["GEM0106"]
    pen.cookies.clear()
    bodies = {
        "soap_data": soap_body(("GEM0106", secret), person["bsn"]), "soap_stateless": soap_body(("GEM0106", secret), person["bsn"], "Stateless"),
        "soap_nothing": soap_body(("GEM0106", secret), "123456782"), "soap_login_failed": wrong, "soap_unreadable": b"<soapenv:Envelope",
        "soap_bsn_wrong": soap_body(("GEM0106", secret), "12A"), "soap_operation_unknown": soap_body(("GEM0106", secret), "1").replace(b"KlantprofielOpvragen_Input", b"Anders_Input"),
    }  # fmt: skip
    for pen.name, body in bodies.items():
        await pen.exchange("POST", EAI, body, SOAP_HEADERS)


async def _quirks(pen: Recorder, person: Record) -> None:
    pen.name = "replay"
    await pen.exchange("GET", f"{PATH}?SWECmd=GotoView&SWEView=SNR+CV+View&SWEC=1")
    pen.name = "replay_rpc"
    await pen.exchange("GET", f"{PATH}?SWECmd=GotoView&SWEView=SNR+CV+View&SWEC=1&SWERPC=1")
    pen.name = "srn_wrong"
    await pen.exchange("GET", f"{PATH}?SWECmd=GotoView&SWEView=SNR+CV+View&SRN=anders")
    pen.name = "unknown_command"
    await pen.exchange("GET", f"{PATH}?SWECmd=Onbekend&SWEView=SNR+CV+View")
    pen.name = "cached_frame"
    await pen.exchange("GET", f"{PATH}?SWECmd=GetCachedFrame")
    pen.name = "ping"
    await pen.exchange("GET", f"{PATH}?SWECmd=Ping")
    pen.name = "can_invoke"
    await pen.exchange("GET", f"{PATH}?SWECmd=CanInvokeMethod&SWEMethod=ExportList")
    pen.name = "get_applet"
    await pen.exchange("GET", f"{PATH}?SWECmd=GetApplet&SWEApplet=SNR+CV+Form")
    await _sessions(pen, person)


async def _sessions(pen: Recorder, person: Record) -> None:
    pen.name = "deep_link"
    await pen.exchange(
        "GET",
        f"{PATH}?SWECmd=Xlg&U=AWE0421&Pw={PASSWORDS['AWE0421']}&SWEAC=SWECmd=GotoView&SWEView=SNR+Klantbeeld+View&SWEApplet0=SNR+Klant+Form&SWERowId0={person['row_id']}",
    )
    pen.name = "session_in_url"
    key, pen.cookies = pen.cookies["_sn"], {}
    await pen.exchange(
        "GET",
        f"{PATH}?SWECmd=GotoView&SWEView=SNR+Klantbeeld+View&SWEPostnApplet=SNR+Klant+Form&SWEPostnRowId={person['row_id']}&_sn={key}",
    )
    pen.cookies = {"_sn": key}
    pen.name = "unknown_command_shows_current_record"
    await pen.exchange("GET", f"{PATH}?SWECmd=Onbekend")
    for pen.name, modes in (
        ("gzip", {"gzip": "always"}),
        ("chunked", {"chunked": True}),
        ("gzip_chunked", {"gzip": "always", "chunked": True}),
        ("rotated", {"rotate": True}),
        ("busy", {"busy": True}),
        ("maintenance", {"maintenance": True}),
    ):
        pen.switch(**modes)
        await pen.exchange("GET", f"{PATH}?SWECmd=GotoView&SWEView=SNR+Klantbeeld+View")
        pen.switch(gzip="off", chunked=False, rotate=False, busy=False, maintenance=False)
    pen.switch(busy=True)
    pen.name = "login_busy"
    await _enter(pen, "AWE0733")
    pen.switch(busy=False, two_cookies=True, location="http://sonar.intern:8200")
    pen.name = "login_two_cookies_absolute"
    await _enter(pen, "AWE0733")
    pen.switch(two_cookies=False, location="")
    pen.name = "logoff"
    await pen.logoff()
    pen.name = "expired_rpc"
    await pen.exchange("GET", f"{PATH}?SWECmd=GotoView&SWEView=SNR+CV+View&SWERPC=1&_sn={key[::-1]}")
    for pen.name, target in (
        ("static_css", "/sonar_nld/static/sonar.css"),
        ("static_gif", "/sonar_nld/static/logo.gif"),
        ("not_found", "/anders"),
    ):
        await pen.exchange("GET", target)
    pen.name = "method_not_allowed"
    await pen.exchange("DELETE", PATH)


async def _messages(pen: Recorder, client: Record) -> None:
    own = [row for row in search.own(pen.application.store, pen.user) if row != client["row_id"]][:2]
    pen.name = "message_recipients_own"
    await pen.open_client("", MESSAGES)
    pen.name = "message_search"
    await pen.search_bsn(client["bsn"])
    pen.name = "message_recipients_found"
    await pen.open_client("", MESSAGES)
    for pen.name, rows, *more in (
        ("message_sent", own), ("message_sent_rpc", own, ("SWERPC", "1")), ("message_sent_to_the_whole_list", []),
        ("message_sent_with_attachment", own, ("s_19_2_3_0", "ontvangers.xls")),
        ("message_rejected", own, ("s_19_2_2_0", " ")), ("message_recipient_unknown", ["1-7ZZZZZ"]),
    ):  # fmt: skip
        await pen.send_message(rows, "Kom naar de banenmarkt in Assen; vóór 12 uur.", *more)
    pen.name = "message_export_csv"
    await pen.export("CSV", *LISTS["19"])
    pen.name = "message_new_ignored"
    await pen.invoke("NewRecord", MESSAGES, "SNR Groepsbericht Form", ("s_19_2_1_0", "x"), ("s_19_2_2_0", "y"))


async def play(pen: Recorder) -> None:
    """The whole walk, in order."""
    people = choice(pen.application.store)
    odd = next(p for p in pen.application.store.tables["client"].values() if p["bsn"].startswith("0"))
    await _logins(pen)
    pen.name = "session_start"
    await _enter(pen, "AWE0421")
    await _no_record(pen)
    await _lists(pen, people["in_region"])
    for label, person in (*people.items(), ("leading_zero", odd)):
        await _views(pen, label, person)
    await _writes(pen, people["caseload"])
    await _work(pen, people["caseload"])
    await _soap(pen, people["in_region"])
    pen.name = "session_again"
    await _enter(pen, "AWE0421")
    await _quirks(pen, people["in_region"])
    pen.name = "session_for_messages"
    await _enter(pen, "AWE0421")
    await _messages(pen, people["caseload"])
