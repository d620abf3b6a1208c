"""Small models that see and read, trained here on drawn shapes with captions; nothing is downloaded.

A test fixture. ``python -m robustspec.reference.clip.train specs/models/clip`` makes the dual encoder, ``...train_blip`` and
``...train_order`` the other two. Needs torch and transformers (``pip install 'robustspec[transformers]'``).
"""
