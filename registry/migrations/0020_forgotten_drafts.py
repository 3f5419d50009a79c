from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False  # the index is built while others write

    dependencies = [
        ('registry', '0019_review_queue'),
    ]

    operations = [
        AddIndexConcurrently(
            model_name='submission',
            index=models.Index(
                condition=models.Q(('status', 'draft')),
                fields=['received_at', 'id'],
                name='registry_submission_drafts',
            ),
        ),
    ]
