"""APIs of others that monitoring tools speak: what is asked becomes ours, what is answered stays theirs."""
