import pytest

from central.accounts.devices import device_of

PHONE = (
    "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko)"
    " Chrome/129.0.0.0 Mobile Safari/537.36"
)


@pytest.mark.parametrize(
    ("user_agent", "device"),
    [
        (
            "Mozilla/5.0 (X11; Linux x86_64; rv:131.0) Gecko/20100101 Firefox/131.0",
            "Firefox, Linux",
        ),
        (PHONE, "Chrome, Android"),
        (PHONE + " EdgA/129", "Edge, Android"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Safari/604.1", "Safari, iPhone"),
        ("python-httpx/0.28", ""),
        ("<script>", ""),
        ("", ""),
        (None, ""),
    ],
)
def test_a_browser_is_named_in_words_and_nothing_of_it_is_kept(
    user_agent: str | None, device: str
) -> None:
    assert device_of(user_agent) == device
