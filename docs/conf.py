"""How Sphinx makes the site, for ``nox -s docs``; without a network it lacks the links to Airflow's pages."""

from __future__ import annotations

from importlib.metadata import metadata

import requests
from sphinx.util import logging

PACKAGE = metadata("airflow-provider-modelslab")
INVENTORY_TIMEOUT = 5  # seconds

project = "airflow-provider-modelslab"
project_copyright = "its contributors, Apache-2.0"
release = version = PACKAGE["Version"]
extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.intersphinx",
    "sphinx_copybutton",
]
exclude_patterns = ["_build"]
nitpicky = True

# The address of the site stands in one place, [project.urls] of pyproject.toml, which Airflow shows too.
_URLS = dict(url.split(", ", 1) for url in PACKAGE.get_all("Project-URL") or ())
html_baseurl = _URLS.get("Documentation", "")
html_theme = "furo"
html_title = f"ModelsLab for Airflow {release}"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_sourcelink = False
html_show_sphinx = False

myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 3

add_module_names = False
autodoc_member_order = "bysource"
autodoc_typehints = "none"  # the signature has the defaults, and the text says what each argument is
autodoc_preserve_defaults = True
autodoc_class_signature = "mixed"
autodoc_inherit_docstrings = False

_INVENTORIES = {
    "python": "https://docs.python.org/3/",
    "airflow": "https://airflow.apache.org/docs/apache-airflow/stable/",
    "task-sdk": "https://airflow.apache.org/docs/task-sdk/stable/",
}
# What others document is linked where their inventories can be had, and is plain text otherwise.
nitpick_ignore_regex = [("py:.*", r"(?!airflow_provider_modelslab).*")]


def _is_there(url: str) -> bool:
    try:
        with requests.get(f"{url}objects.inv", timeout=INVENTORY_TIMEOUT, stream=True) as answer:
            return bool(answer.ok)
    except requests.RequestException as error:
        text = "%s cannot be had, so that nothing links there: %s"
        logging.getLogger(__name__).info(text, url, type(error).__name__)
        return False


intersphinx_mapping = {name: (url, None) for name, url in _INVENTORIES.items() if _is_there(url)}
intersphinx_timeout = INVENTORY_TIMEOUT
