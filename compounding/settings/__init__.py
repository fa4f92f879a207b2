"""The site's settings: every rounding, limit and confirmation as one table, and texts put into a site.

They are stored as rows that are only ever added; here is what such rows mean, and no database.

    kinds      how the text of each kind is read and written
    table      every setting: name, label, group, who decides, reason
    standing   which of the rows of a setting are in force
    applied    texts put into a site, and a site's values as texts
"""

from compounding.settings.applied import Fault, Fitted, SettingsFaults, apply, fit, read, text_of, value_of
from compounding.settings.standing import Row, Standing, in_force, one_person, standings, two_pharmacists
from compounding.settings.table import SETTINGS, Decides, Group, Setting, is_setting, setting, settings_of

__all__ = [
    "SETTINGS",
    "Decides",
    "Fault",
    "Fitted",
    "Group",
    "Row",
    "Setting",
    "SettingsFaults",
    "Standing",
    "apply",
    "fit",
    "in_force",
    "is_setting",
    "one_person",
    "read",
    "setting",
    "settings_of",
    "standings",
    "text_of",
    "two_pharmacists",
    "value_of",
]
