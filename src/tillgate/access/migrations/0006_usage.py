"""Usage by the day, the request log, and what is missing in either."""

import django.contrib.postgres.indexes
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('access', '0005_secret_overlap'),
    ]

    operations = [
        migrations.AddField(
            model_name='callcount',
            name='last_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.CreateModel(
            name='CallGap',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('client_id', models.TextField()),
                ('kind', models.TextField()),
                ('first_at', models.DateTimeField()),
                ('last_at', models.DateTimeField()),
                ('calls', models.BigIntegerField()),
            ],
            options={
                'indexes': [models.Index(fields=['client_id', 'last_at'], name='gaps_of_a_client')],
            },
        ),
        migrations.CreateModel(
            name='DayUsage',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('client_id', models.TextField()),
                ('day', models.DateField()),
                ('endpoint', models.TextField()),
                ('calls', models.BigIntegerField()),
                ('errors', models.BigIntegerField()),
                ('bytes', models.BigIntegerField()),
                ('last_at', models.DateTimeField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('client_id', 'day', 'endpoint'), name='one_sum_a_day_and_endpoint')],
            },
        ),
        migrations.CreateModel(
            name='LoggedCall',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('client_id', models.TextField()),
                ('method', models.TextField()),
                ('endpoint', models.TextField()),
                ('location', models.BigIntegerField(db_column='business_location_id', null=True)),
                ('status', models.SmallIntegerField()),
                ('ms', models.FloatField()),
                ('bytes', models.BigIntegerField()),
                ('request_id', models.TextField()),
            ],
            options={
                'indexes': [models.Index(fields=['client_id', 'at', 'id'], name='log_of_a_client'), django.contrib.postgres.indexes.BrinIndex(fields=['at'], name='log_by_time')],
            },
        ),
    ]
