def test_home(visitor):
    r = visitor.get("/")
    assert r.status_code == 200, r.text
    for kind in ("message", "conversation", "contact", "file"):
        assert visitor.get(f"/check?kind={kind}").status_code == 200
    r = visitor.submit("/check", {"kind": "message", "text": "至急、振込をお願いします"})
    assert r.status_code == 200
    assert "振込" in r.text


def test_staff(world, staff):
    for page in ("/inbox", "/directory", "/settings/keys", "/settings/password"):
        assert staff.get(page).status_code == 200, page
