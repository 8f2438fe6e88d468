echo start
helm uninstall preview-environment
