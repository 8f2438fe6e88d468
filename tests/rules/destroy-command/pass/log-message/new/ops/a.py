x = 1
logger.info("run terraform destroy by hand if you must")
