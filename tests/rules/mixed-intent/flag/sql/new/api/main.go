package main

var fee = 2
