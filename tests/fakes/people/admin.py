"""The admin of persons and of their files."""

from django.contrib import admin
from django.http import HttpResponse

from ecluse.enforcers.django_admin import DisclosesAdmin
from fakes.people.models import File, Person


@admin.action(description="Export")
def export(modeladmin, request, queryset):
    return HttpResponse("\n".join(person.name for person in queryset))


@admin.register(Person)
class PersonAdmin(DisclosesAdmin, admin.ModelAdmin):
    actions = (export,)
    ecluse_categories = ("identity",)
    list_per_page = 5
    search_fields = ("name",)


@admin.register(File)
class FileAdmin(DisclosesAdmin, admin.ModelAdmin):
    ecluse_person = "person_id"
    autocomplete_fields = ("person",)
