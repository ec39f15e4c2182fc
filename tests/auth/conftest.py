from tests.sampled import sample, sample_url

__all__ = ["sample", "sample_url"]
