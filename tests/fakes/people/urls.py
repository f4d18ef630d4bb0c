"""Where they are."""

from django.contrib import admin
from django.urls import include, path

from fakes.people import views
from fakes.people.api import router

urlpatterns = [
    path("people/<int:number>", views.person),
    path("people/decorated/<int:number>", views.decorated),
    path("people/adecorated/<int:number>", views.adecorated),
    path("people/misnamed/<int:number>", views.misnamed),
    path("people", views.people),
    path("people/async", views.apeople),
    path("people/export", views.export),
    path("people/async/export", views.aexport),
    path("people/forgotten", views.forgotten),
    path("people/swallowing", views.swallowing),
    path("people/asking", views.asking),
    path("people/failing", views.failing),
    path("people/late", views.late),
    path("people/attachment", views.attachment),
    path("people/written", views.written),
    path("people/redirected", views.redirected),
    path("late", views.late),
    path("help", views.forgotten),
    path("api/", include(router.urls)),
    path("admin/", admin.site.urls),
]
