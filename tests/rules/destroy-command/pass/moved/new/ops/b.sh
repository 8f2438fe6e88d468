echo other
helm uninstall preview-environment
