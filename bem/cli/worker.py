"""`bem worker`: the work that pages ask for."""


def worker() -> None:
    """Do the work that pages ask for: verify and import files. Any number may run."""
    from bem.services import logged_process, open_database, read_settings, utc_now
    from bem.worker.loop import run_worker
    from db.commands.data_folder import join_data_folder

    settings = read_settings()
    with logged_process("worker", settings.data_dir):
        database = open_database(settings, check=True)
        join_data_folder(database, settings.data_dir)
        run_worker(database, settings.data_dir, utc_now, settings.limits)
