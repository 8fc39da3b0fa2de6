# The settings of pypiserver's container image.
errorlog = "-"
preload_app = True
workers = 1
worker_class = "gevent"
