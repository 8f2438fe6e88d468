def export(request, report_id):
    report = Report.objects.get(pk=report_id)
    rows = report.rows()
    return stream(rows, name=report.name)
