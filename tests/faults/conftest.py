from tests.live import broker, housekeeping, start_worker, worker

__all__ = ["broker", "housekeeping", "start_worker", "worker"]
