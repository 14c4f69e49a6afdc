"""One site's hub: the same queue, filled by terminals over HTTPS and emptied by the site's one forwarder."""
