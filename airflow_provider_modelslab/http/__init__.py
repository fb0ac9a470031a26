"""HTTP as API calls and downloads need it: bounded in time and memory, with words for failures."""
