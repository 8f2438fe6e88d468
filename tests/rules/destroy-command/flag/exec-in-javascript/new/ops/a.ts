x();
execSync(`kubectl delete pvc data-${name} -n ${ns}`);
