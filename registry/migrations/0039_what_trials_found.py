"""What trials of surveys made anew found is kept for some days, so that it can be looked at before it is done."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
import registry.models.household
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0018_moves_by_condition'),
        ('registry', '0038_second_interviews_set_aside'),
    ]

    operations = [
        migrations.CreateModel(
            name='TrialUpdate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uuid', models.UUIDField(db_default=registry.models.household.NewUuid7(), editable=False, unique=True)),
                ('source_key', models.TextField()),
                ('waits', models.BooleanField()),
                ('why', models.TextField(blank=True)),
                ('told', models.JSONField()),
                ('members', models.JSONField()),
                ('area', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.area')),
                ('batch', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='trial_updates', to='registry.importbatch')),
                ('district', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.area')),
                ('household', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='registry.household')),
            ],
            options={
                'indexes': [models.Index(fields=['batch', 'id'], name='registry_trialupdate_in_order')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='trialupdate',
            trigger=pgtrigger.compiler.Trigger(name='acting_required', sql=pgtrigger.compiler.UpsertTriggerSql(func="IF coalesce(current_setting('core.actor_kind', true), '') = '' THEN RAISE EXCEPTION 'Nobody is acting: % of % needs core.acting', TG_OP, TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege'; END IF; RETURN NULL;", hash='567ebded90be4157314fc1707a155e80fa0db723', level='STATEMENT', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_acting_required_1e58a', table='registry_trialupdate', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='trialupdate',
            trigger=pgtrigger.compiler.Trigger(name='never_changed', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='b3124aad023b5abba14a50967cc0acdec3d1577f', operation='UPDATE', pgid='pgtrigger_never_changed_5128a', table='registry_trialupdate', when='BEFORE')),
        ),
    ]
