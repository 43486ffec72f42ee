"""One run as one HTML file: what is kept of it (`choosing`), how it is written down (`packing`, `clouds`, `figures`,
`document`) and the stream of the whole (`share`)."""
