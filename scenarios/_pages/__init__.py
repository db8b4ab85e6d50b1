"""Results as pages: a store as one HTML file, a run as a section of a notebook."""
