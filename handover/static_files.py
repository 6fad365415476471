"""Static files under names that carry their hash, so that browsers may keep them for ever."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedFiles(CompressedManifestStaticFilesStorage):
    """Also inside our ES modules: one page must never mix the scripts of two releases."""

    support_js_module_import_aggregation = True
