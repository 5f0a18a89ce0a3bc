from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('ledger', '0005_moved_sales'),
    ]

    operations = [
        migrations.CreateModel(
            name='MonthLines',
            fields=[
                ('pk', models.CompositePrimaryKey('business_location_id', 'month', 'position', blank=True, editable=False, primary_key=True, serialize=False)),
                ('business_location_id', models.BigIntegerField()),
                ('month', models.DateField()),
                ('position', models.BigIntegerField()),
                ('first_closed_at', models.DateTimeField()),
                ('last_closed_at', models.DateTimeField()),
                ('parts', models.IntegerField()),
                ('lines', models.BinaryField()),
            ],
        ),
    ]
