"""Views that disclose, or do not."""

import contextlib
from pathlib import Path

from django.http import FileResponse, HttpResponse, JsonResponse, StreamingHttpResponse

from ecluse.enforcers import django as gate


def person(request, number):
    gate.disclose(request, number, categories=["identity"], operation="view")
    return JsonResponse({"person": number, "notice": request.ecluse.notice})


@gate.discloses(person="number", operation="view")
def decorated(request, number):
    return JsonResponse({"person": number})


@gate.discloses(person="number", operation="view")
async def adecorated(request, number):
    return JsonResponse({"person": number})


@gate.discloses(person="nobody")
def misnamed(request, number):
    return JsonResponse({"person": number})


def people(request):
    page = int(request.GET.get("page", 0))
    numbers = range(page * 10, page * 10 + 10)
    gate.disclose(request, numbers, operation="list")
    return JsonResponse(list(numbers), safe=False)


async def apeople(request):
    page = int(request.GET.get("page", 0))
    numbers = range(page * 10, page * 10 + 10)
    await gate.adisclose(request, numbers, operation="list")
    return JsonResponse(list(numbers), safe=False)


def export(request):
    rows = gate.stream(request, range(1000), person=str, on_cut=lambda _: "cut")
    return StreamingHttpResponse((f"{row}\n" for row in rows), content_type="text/csv")


async def aexport(request):
    rows = await gate.astream(request, range(1000), person=str, on_cut=lambda _: "cut")

    async def lines():
        async for row in rows:
            yield f"{row}\n"

    return StreamingHttpResponse(lines(), content_type="text/csv")


def forgotten(request):
    return HttpResponse("never disclosed")


def swallowing(request):
    with contextlib.suppress(gate.Refused):
        gate.disclose(request, "999")
    return HttpResponse("999")


def asking(request):
    return HttpResponse("shown" if gate.ask(request, "999").released else "hidden")


def failing(request):
    gate.disclose(request, "555")
    raise ZeroDivisionError


def late(request):
    def parts():
        yield "first"
        with contextlib.suppress(gate.Refused):
            gate.disclose(request, "999")
        yield "999"

    return StreamingHttpResponse(parts())


def attachment(request):
    gate.disclose(request, "1")
    return FileResponse(Path(__file__).open("rb"))


def written(request):
    gate.disclose(request, "1")
    return HttpResponse(str(sorted(request.POST.items())))


def redirected(request):
    return HttpResponse(status=302, headers={"Location": "/help"})
