"""Django's ORM in a server with threads: HOST PORT USER PASSWORD DATABASE TLS(0|1) pymysql|MySQLdb."""

import sys
import threading

host, port, user, password, database, _, driver = sys.argv[1:8]
if driver == "pymysql":
    import pymysql

    pymysql.install_as_MySQLdb()

import django
from django.apps import AppConfig
from django.conf import settings


class Shop(AppConfig):
    name = "shop"
    path = "."  # an application of this one file


sys.modules["shop"] = sys.modules["__main__"]

settings.configure(
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.mysql", "HOST": host, "PORT": port, "USER": user, "PASSWORD": password, "NAME": database,
            "OPTIONS": {"charset": "utf8mb4", "init_command": "SET sql_mode='STRICT_TRANS_TABLES'"}, "CONN_MAX_AGE": 0,
        }
    },
    INSTALLED_APPS=["shop.Shop"], USE_TZ=True, DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
)
django.setup()

from django.db import DatabaseError, IntegrityError, connection, models, transaction
from django.db.models import Count, F


class User(models.Model):
    name = models.CharField(max_length=100)
    n = models.BigIntegerField(unique=True)
    made = models.DateTimeField(auto_now_add=True)

    class Meta:
        app_label = "shop"
        db_table = "django_users_" + driver.lower()


class Order(models.Model):
    buyer = models.ForeignKey(User, models.CASCADE, related_name="orders")
    price = models.DecimalField(max_digits=9, decimal_places=2)

    class Meta:
        app_label = "shop"
        db_table = "django_orders_" + driver.lower()


def same(expected, actual, what):
    if expected != actual:
        raise AssertionError(f"{what}: expected {expected!r}, got {actual!r}")


def check_settings():
    with connection.cursor() as cursor:
        cursor.execute("SELECT @@session.sql_mode, @@character_set_client, @@autocommit")
        same(("STRICT_TRANS_TABLES", "utf8mb4", 1), cursor.fetchone(), "settings")


def request(n):
    made = User.objects.create(name=f"user {n}", n=n)
    same(f"user {n}", User.objects.get(pk=made.pk).name, "name")
    check_settings()
    same(1, User.objects.filter(pk=made.pk).update(name=F("name")), "rows found by an update that changes nothing")
    with transaction.atomic():
        Order.objects.create(buyer=made, price="1.50")
        try:
            with transaction.atomic():  # a savepoint
                Order.objects.create(buyer=made, price="99.00")
                raise ValueError
        except ValueError:
            pass
        Order.objects.bulk_create([Order(buyer=made, price=price) for price in ("2.00", "3.00")])
        User.objects.select_for_update().get(pk=made.pk)
    same(3, User.objects.annotate(c=Count("orders")).get(pk=made.pk).c, "orders")
    try:
        with transaction.atomic():
            Order.objects.filter(buyer=made).delete()
            User.objects.create(name="again", n=n)
    except IntegrityError:
        pass
    same(3, made.orders.count(), "orders after a rollback")
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT * FROM django_missing")
        raise AssertionError("no error")
    except DatabaseError:
        pass
    other, fresh = User.objects.get_or_create(n=n, defaults={"name": "not used"})
    same((made.pk, False), (other.pk, fresh), "get_or_create")
    with connection.constraint_checks_disabled():
        Order.objects.filter(buyer=made, price__gt=2).update(price=F("price") + 1)
    same([f"user {n}"], [each.name for each in User.objects.filter(n=n).iterator()], "iterator")
    made.delete()
    check_settings()
    connection.close()  # CONN_MAX_AGE is 0: the end of a request


failures = []


def serve(number):
    try:
        for n in range(8):
            request(number * 100 + n)
    except BaseException as failure:  # whatever it was, the program says so and fails
        failures.append(repr(failure).replace("\n", " "))


with connection.schema_editor() as editor:
    for model in (Order, User):
        editor.execute(f"DROP TABLE IF EXISTS {model._meta.db_table}")
    for model in (User, Order):
        editor.create_model(model)
connection.close()
threads = [threading.Thread(target=serve, args=(number,)) for number in range(8)]
for each in threads:
    each.start()
for each in threads:
    each.join()
for failure in failures:
    print("FAIL Django:", failure)
if not failures:
    print("ok Django: 64 requests, a connection for each")
    print("ok rows left:", User.objects.count(), Order.objects.count())
sys.exit(1 if failures else 0)
