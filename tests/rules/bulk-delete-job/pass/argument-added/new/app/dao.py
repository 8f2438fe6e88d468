def delete_all(service):
    def commit(query):
        query.delete(synchronize_session=False)
        session.commit()

    commit(rows(service))
