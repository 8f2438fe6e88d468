def delete_all(service):
    def commit(query):
        query.delete()
        session.commit()

    commit(rows(service))
