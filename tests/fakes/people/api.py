"""Persons through Django REST framework."""

from rest_framework import pagination, routers, serializers, viewsets
from rest_framework.decorators import action
from rest_framework.permissions import AllowAny
from rest_framework.response import Response

from ecluse.enforcers.drf import DisclosesMixin
from fakes.people.models import File, Person


class PersonSerializer(serializers.ModelSerializer):
    class Meta:
        model = Person
        fields = ("id", "name")


class FileSerializer(serializers.ModelSerializer):
    class Meta:
        model = File
        fields = ("id", "person", "text")


class Pages(pagination.PageNumberPagination):
    page_size = 5


class PersonViews(DisclosesMixin, viewsets.ModelViewSet):
    queryset = Person.objects.all()
    serializer_class = PersonSerializer
    pagination_class = Pages
    permission_classes = (AllowAny,)
    ecluse_categories = ("identity",)

    @action(detail=False)
    def everybody(self, request):
        return Response(self.get_serializer(self.get_queryset(), many=True).data)

    @action(detail=False)
    def forgotten(self, request):
        return Response({"names": [person.name for person in self.get_queryset()]})


class FileViews(DisclosesMixin, viewsets.ModelViewSet):
    queryset = File.objects.all()
    serializer_class = FileSerializer
    permission_classes = (AllowAny,)

    def ecluse_person(file):  # noqa: N805 - it is given an object
        return [file.person_id]


router = routers.DefaultRouter()
router.register("people", PersonViews)
router.register("files", FileViews)
