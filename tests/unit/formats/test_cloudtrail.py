"""CloudTrail documents, and records one a line."""


def rows(batch, *names):
    return batch.events.select(names).rows()


def test_cloudtrail_documents_and_lines(read):
    batch = read("cloudtrail", "cloudtrail.json")
    assert rows(batch, "persons", "operation") == [
        (["database"], "GetSecretValue"),
        (["/a", "/b"], "GetParameters"),
    ]
    assert batch.rejects == {"does not parse": 1}
    assert batch.lines == 5
    line = b'{"eventTime":"2025-07-12T08:00:00Z","eventSource":"s","eventName":"GetParameter","userIdentity":{"arn":"a"},"requestParameters":{"name":"x"}}\n'
    assert rows(read("cloudtrail", line * 2), "account", "persons") == [("a", ["x"])] * 2
