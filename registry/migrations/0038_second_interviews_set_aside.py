"""A second interview from a phone that can never enter is set aside, with the reason, instead of tried for ever."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0018_moves_by_condition'),
        ('registry', '0037_members_there'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name='deviceform',
            name='status_moves',
        ),
        migrations.RemoveConstraint(
            model_name='deviceform',
            name='registry_deviceform_taken_in_has_submission',
        ),
        migrations.AlterField(
            model_name='deviceform',
            name='reinterview',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='device_forms', to='registry.reinterview'),
        ),
        migrations.AlterField(
            model_name='deviceform',
            name='status',
            field=models.TextField(choices=[('incomplete', 'Photographs missing'), ('ready', 'On its way'), ('taken_in', 'Taken in'), ('set_aside', 'Set aside')], db_default='incomplete', default='incomplete'),
        ),
        migrations.AddIndex(
            model_name='deviceform',
            index=models.Index(condition=models.Q(('reinterview__isnull', False)), fields=['reinterview', 'id'], name='registry_deviceform_of_second'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='deviceform',
            trigger=pgtrigger.compiler.Trigger(name='status_moves', sql=pgtrigger.compiler.UpsertTriggerSql(condition="WHEN (OLD.status IS DISTINCT FROM NEW.status AND CONCAT(OLD.status, ':', NEW.status) <> ALL ('{incomplete:ready,ready:taken_in,ready:set_aside,set_aside:ready}'::text[]))", declare='DECLARE _is_valid_transition BOOLEAN;', func='SELECT CONCAT(OLD."status", \':\', NEW."status") = ANY(\'{incomplete:ready,ready:taken_in,ready:set_aside,set_aside:ready}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."status" IS DISTINCT FROM NEW."status") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "status" from "%" to "%" on table %\', OLD."status", NEW."status", TG_TABLE_NAME; ELSE RETURN NEW; END IF;', hash='1fefa1927348dec12f5fded9fb92561bd7681c5b', operation='UPDATE', pgid='pgtrigger_status_moves_f8bd8', table='registry_deviceform', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='deviceform',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('status', 'taken_in'), ('taken_in_at__isnull', False), models.Q(models.Q(('reinterview__isnull', True), ('submission__isnull', False)), models.Q(('reinterview__isnull', False), ('submission__isnull', True)), _connector='OR')), models.Q(('status', 'set_aside'), ('submission__isnull', True), ('taken_in_at__isnull', True)), models.Q(models.Q(('status__in', ['taken_in', 'set_aside']), _negated=True), ('reinterview__isnull', True), ('submission__isnull', True), ('taken_in_at__isnull', True)), _connector='OR'), name='registry_deviceform_taken_in_has_submission'),
        ),
        migrations.AddConstraint(
            model_name='deviceform',
            constraint=models.UniqueConstraint(condition=models.Q(('reinterview__isnull', False), ('status', 'taken_in')), fields=('reinterview',), name='registry_deviceform_one_reinterview'),
        ),
        migrations.AddConstraint(
            model_name='deviceform',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('status', 'set_aside'), _negated=True), models.Q(('error__regex', '\\S'), ('try_after__isnull', True)), _connector='OR'), name='registry_deviceform_set_aside_says_why'),
        ),
    ]
