import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('registry', '0001_tables'),
    ]

    operations = [
        migrations.AddField(
            model_name='submissionissue',
            name='location',
            field=models.TextField(blank=True, db_default='', default=''),
        ),
        migrations.AddField(
            model_name='submissionmember',
            name='membership',
            field=models.TextField(blank=True, db_default='', default=''),
        ),
        migrations.AddField(
            model_name='submissionmember',
            name='name_date',
            field=models.TextField(null=True),
        ),
        migrations.AddField(
            model_name='submissionmember',
            name='name_tokens',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), db_default=[], default=list, size=None),
        ),
        migrations.AddField(
            model_name='submissionmember',
            name='person_no',
            field=models.TextField(blank=True, db_default='', default=''),
        ),
        migrations.AddIndex(
            model_name='submissionmember',
            index=models.Index(condition=models.Q(('name_date__isnull', False)), fields=['name_date'], name='registry_member_name_date'),
        ),
        migrations.AddIndex(
            model_name='submissionmember',
            index=models.Index(condition=models.Q(('person__isnull', True), models.Q(('linked_to', ''), _negated=True)), fields=['submission'], name='registry_member_link_waits'),
        ),
    ]
