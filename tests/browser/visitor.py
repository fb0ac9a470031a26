"""Somebody who looks at Airflow's pages: a browser of their own, and a record of all that it asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from tests.support.running.processes import wait_until

if TYPE_CHECKING:
    from playwright.sync_api import Browser, ConsoleMessage, FrameLocator, Locator, Page, Response
    from typing_extensions import Self

    from tests.browser.stage import Stage

PATIENCE = 30.0  # seconds for what a page shows at last; Airflow's UI asks for states every few seconds
#: What Airflow's log view says where its page is left while it still reads the log.
LEFT = "BodyStreamBuffer was aborted"
DESK, PHONE = (1280, 900), (390, 844)


class Visitor:
    """A browser without cookies of others, as a context manager.

    :param browser: the Chromium
    :param stage: whose pages are looked at
    :param options: of Playwright's ``new_context``
    """

    def __init__(self, browser: Browser, stage: Stage, size: tuple[int, int] = DESK, **options: Any) -> None:
        self.stage = stage
        viewport = {"width": size[0], "height": size[1]}
        self.context = browser.new_context(viewport=viewport, **options)  # type: ignore[arg-type]
        self.context.set_default_timeout(PATIENCE * 1000)
        self.requested: list[str] = []
        self.parts: list[tuple[str, int]] = []  # of files that came in parts: the address, and the first byte
        self.troubles: list[str] = []
        self.context.on("request", lambda request: self.requested.append(request.url))
        self.context.on("response", self._look_at)
        self.context.on("console", self._listen)
        self.context.on("weberror", lambda error: self._hear_of(str(error.error)))
        self.page = self.context.new_page()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.context.close()

    def log_in(self, user: str) -> Self:
        """Fill in Airflow's form, as a person does."""
        self.page.goto(f"{self.stage.url}/")
        self.page.fill("input[name=username]", user)
        self.page.fill("input[name=password]", self.stage.airflow.api.password(user))
        self.page.click("button[type=submit]")
        self.page.wait_for_url(lambda url: "/auth/" not in url)
        self.page.wait_for_load_state("networkidle")
        return self

    def open(self, path: str) -> Page:
        """Go to a page by its path, below that of the whole address."""
        self.page.goto(f"{self.stage.url}{path}")
        return self.page

    def open_tab(self, path: str, tab: str) -> FrameLocator:
        """Go to a page of Airflow, and click on a tab."""
        self.open(path)
        self.page.get_by_role("link", name=tab, exact=True).click()
        return self.frame()

    def follow_extra_link(self, path: str, name: str) -> FrameLocator:
        """Go to the details of a task's page in Airflow, and click on an extra link."""
        self.open(f"{path}/details")
        link = self.page.locator("a[href^='http']", has_text=name)
        if link.get_attribute("target") != "_blank":
            link.click()
            return self.frame()
        with self.context.expect_page() as opened:  # as Airflow has it before 3.2
            link.click()
        self.page = opened.value
        return self.frame()

    def frame(self) -> FrameLocator:
        """The plugin's page within Airflow's."""
        frame = self.page.frame_locator("iframe")
        frame.locator("h1").wait_for()
        return frame

    @property
    def hosts(self) -> set[str]:
        """Host and port of all that the browser asked for over the network."""
        return {urlsplit(url).netloc for url in self.requested if url.startswith(("http", "ws"))}

    def _look_at(self, response: Response) -> None:
        if part := response.headers.get("content-range"):
            self.parts.append((response.url, int(part.removeprefix("bytes ").partition("-")[0])))
        if response.status >= 400:
            self.troubles.append(f"{response.status} {response.url}")

    def _hear_of(self, error: str) -> None:
        if LEFT not in error:
            self.troubles.append(f"error: {error}")

    def _listen(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.troubles.append(f"console: {message.text}")


def logged_in(browser: Browser, stage: Stage, user: str) -> Any:
    """The cookies and the like of a user who has logged in, for another visitor to have."""
    with Visitor(browser, stage) as visitor:
        visitor.log_in(user)
        assert visitor.hosts == {stage.netloc}
        return visitor.context.storage_state()


def natural_sizes(frame: Page | FrameLocator, pictures: str = "img") -> list[tuple[int, int]]:
    """Width and height of the pictures themselves, once all are loaded; (0, 0) if one cannot be shown."""
    found = frame.locator(pictures)

    def loaded() -> bool:
        for image in found.all():
            image.scroll_into_view_if_needed()
        return bool(found.evaluate_all("all => all.every(image => image.complete)"))

    wait_until(loaded, PATIENCE, "the pictures")
    sizes = found.evaluate_all("all => all.map(image => [image.naturalWidth, image.naturalHeight])")
    return [tuple(size) for size in sizes]


def play(film: Locator, share: float) -> dict[str, Any]:
    """Play a film for a second from a part of its length (0 to 1) on, and tell what came of it."""
    found: dict[str, Any] = film.evaluate(_PLAY, share)
    return found


_PLAY = """
async (film, share) => {
  const when = (what, act) => new Promise((done, fail) => {
    film.addEventListener(what, done, {once: true});
    film.addEventListener('error', () => fail(film.error.message), {once: true});
    act();
  });
  film.muted = true;
  await when('loadedmetadata', () => { film.preload = 'auto'; film.load(); });
  await when('seeked', () => { film.currentTime = share * film.duration; });
  const from = film.currentTime;
  await film.play();
  await when('timeupdate', () => {});
  await new Promise(done => setTimeout(done, 1000));
  return {duration: film.duration, from, to: film.currentTime, error: film.error,
          size: [film.videoWidth, film.videoHeight]};
}
"""
