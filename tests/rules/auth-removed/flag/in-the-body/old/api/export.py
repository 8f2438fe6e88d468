def export(request, report_id):
    if not request.user.has_perm("reports.export"):
        raise PermissionDenied
    report = Report.objects.get(pk=report_id)
    rows = report.rows()
    return stream(rows, name=report.name)
