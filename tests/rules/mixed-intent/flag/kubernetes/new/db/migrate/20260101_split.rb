class Split
end
