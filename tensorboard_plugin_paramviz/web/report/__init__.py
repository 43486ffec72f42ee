"""A run's report as Markdown: `sources` gathers what it says, `text` says it, `markdown` escapes what users named."""

from tensorboard_plugin_paramviz.web.report.sources import Report, Reports, Source, report_source
from tensorboard_plugin_paramviz.web.report.text import CurveOf, Facts, report_text

__all__ = ["CurveOf", "Facts", "Report", "Reports", "Source", "report_source", "report_text"]
