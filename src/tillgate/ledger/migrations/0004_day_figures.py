from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('ledger', '0003_unbooked'),
    ]

    operations = [
        migrations.CreateModel(
            name='DayFigures',
            fields=[
                ('pk', models.CompositePrimaryKey('business_location_id', 'business_date', 'revision', blank=True, editable=False, primary_key=True, serialize=False)),
                ('business_location_id', models.BigIntegerField()),
                ('business_date', models.DateField()),
                ('revision', models.IntegerField()),
                ('figures', models.BinaryField()),
            ],
        ),
    ]
