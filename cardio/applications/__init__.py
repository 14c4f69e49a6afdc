"""What the cards hold: one module per card application, written against ``cardio.session.Card`` only."""
